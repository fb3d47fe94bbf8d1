package io.biplane.api.kind.core;

import io.biplane.api.Fields;
import io.biplane.api.Json;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/** Turns Events from the form of one of their two groups into that of the other. */
final class EventForms {
    private record Pair(String core, String events) {}

    private static final List<Pair> RENAMED =
            List.of(
                    new Pair("involvedObject", "regarding"),
                    new Pair("message", "note"),
                    new Pair("source", "deprecatedSource"),
                    new Pair("firstTimestamp", "deprecatedFirstTimestamp"),
                    new Pair("lastTimestamp", "deprecatedLastTimestamp"),
                    new Pair("count", "deprecatedCount"),
                    new Pair("reportingComponent", "reportingController"));

    private EventForms() {}

    /** As {@link io.biplane.api.Conversion} has it. */
    static ObjectNode convert(ObjectNode object, String apiVersion) {
        if (Fields.string(object, "apiVersion").equals(apiVersion)) {
            return object;
        }
        boolean toEvents = apiVersion.indexOf('/') >= 0;
        ObjectNode converted = Json.object();
        for (var field : object.properties()) {
            converted.set(rename(field.getKey(), toEvents), field.getValue());
        }
        if (object.has("apiVersion")) {
            converted.put("apiVersion", apiVersion);
        }
        return converted;
    }

    private static String rename(String field, boolean toEvents) {
        for (Pair pair : RENAMED) {
            if ((toEvents ? pair.core : pair.events).equals(field)) {
                return toEvents ? pair.events : pair.core;
            }
        }
        return field;
    }
}
