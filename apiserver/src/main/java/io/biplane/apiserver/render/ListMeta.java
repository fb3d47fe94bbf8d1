package io.biplane.apiserver.render;

import io.biplane.api.Json;

import tools.jackson.databind.node.ObjectNode;

/**
 * The metadata of a list.
 *
 * @param continueToken {@code ""} when the list is whole
 * @param remaining how many objects are still to come; -1 when nobody counted
 */
public record ListMeta(long revision, String continueToken, long remaining) {
    ObjectNode toJson() {
        ObjectNode json = Json.object().put("resourceVersion", Long.toString(revision));
        if (!continueToken.isEmpty()) {
            json.put("continue", continueToken);
            if (remaining > 0) {
                json.put("remainingItemCount", remaining);
            }
        }
        return json;
    }
}
