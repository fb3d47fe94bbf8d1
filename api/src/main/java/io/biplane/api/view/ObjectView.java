package io.biplane.api.view;

import tools.jackson.databind.node.ObjectNode;

/** Any object: its metadata and its tree. */
public record ObjectView(ObjectNode json, Meta meta) implements Viewed {

    /** Views the tree of any object. */
    public static ObjectView of(ObjectNode object) {
        return new ObjectView(object, Meta.of(object));
    }

    public String namespace() {
        return meta.namespace();
    }

    public String name() {
        return meta.name();
    }

    public String uid() {
        return meta.uid();
    }
}
