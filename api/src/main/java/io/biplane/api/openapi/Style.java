package io.biplane.api.openapi;

import io.biplane.api.Json;

import tools.jackson.databind.node.ObjectNode;

/** What the two versions of OpenAPI write differently. */
enum Style {
    V2("#/definitions/"),
    V3("#/components/schemas/");

    private final String prefix;

    Style(String prefix) {
        this.prefix = prefix;
    }

    /** A reference to a named schema. */
    ObjectNode ref(String name) {
        return Json.object().put("$ref", prefix + name);
    }

    /** A reference that can have words beside it: version 3 forbids siblings of {@code $ref}. */
    ObjectNode describedRef(String name) {
        if (this == V2) {
            return ref(name);
        }
        ObjectNode node = Json.object();
        node.putArray("allOf").add(ref(name));
        return node;
    }
}
