package io.biplane.api;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/** Turns Events from the form of one of their two groups into that of the other. */
public final class EventForms {
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

    /**
     * The object in the form of {@code to}; the same instance if it has that form already.
     *
     * @param to {@link Kinds#EVENTS}, {@link Kinds#EVENTS_V1} or any other kind, which is not
     *     touched
     */
    public static ObjectNode convert(ObjectNode object, Resource to) {
        boolean toEvents = to.equals(Kinds.EVENTS_V1);
        if ((!toEvents && !to.equals(Kinds.EVENTS))
                || Json.string(object, "apiVersion").equals(to.apiVersion())) {
            return object;
        }
        ObjectNode converted = Json.object();
        for (var field : object.properties()) {
            converted.set(rename(field.getKey(), toEvents), field.getValue());
        }
        JsonNode apiVersion = object.get("apiVersion");
        if (apiVersion != null) {
            converted.put("apiVersion", to.apiVersion());
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
