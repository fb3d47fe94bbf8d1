package io.biplane.apiserver.render;

import io.biplane.api.Json;

import tools.jackson.databind.node.ObjectNode;

/** The object of a bookmark: a kind and a resource version, nothing else. */
final class Bookmark {
    private Bookmark() {}

    static ObjectNode object(
            String kind, String apiVersion, long revision, boolean initialEventsEnd) {
        ObjectNode object = Json.object().put("kind", kind).put("apiVersion", apiVersion);
        ObjectNode metadata = object.putObject("metadata");
        metadata.put("resourceVersion", Long.toString(revision));
        metadata.putNull("creationTimestamp");
        if (initialEventsEnd) {
            metadata.putObject("annotations").put(Rendering.INITIAL_EVENTS_END, "true");
        }
        return object;
    }
}
