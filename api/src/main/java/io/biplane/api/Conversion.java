package io.biplane.api;

import tools.jackson.databind.node.ObjectNode;

/** Turns objects of a kind from the form of one of its versions into that of another. */
@FunctionalInterface
public interface Conversion {
    /** Of kinds with one form. */
    Conversion NONE = (object, _) -> object;

    /**
     * The object in the form of a version; the same instance if it has that form already.
     *
     * @param object in the form of any version of the kind; not changed
     * @param apiVersion the wanted version, as objects name it
     */
    ObjectNode convert(ObjectNode object, String apiVersion);
}
