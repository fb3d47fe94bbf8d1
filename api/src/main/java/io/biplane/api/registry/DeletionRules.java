package io.biplane.api.registry;

import tools.jackson.databind.node.ObjectNode;

import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How objects of a kind are deleted.
 *
 * @param returnsObject whether the answer is the object; else it is a Status
 * @param specFinalizers whether there are finalizers in the spec, besides those in metadata
 * @param undeletable names of objects that stay
 * @param grace how long an object is given
 * @param onMark what is changed in an object that is marked for deletion
 */
public record DeletionRules(
        boolean returnsObject,
        boolean specFinalizers,
        Set<String> undeletable,
        Grace grace,
        Consumer<ObjectNode> onMark) {
    /** How long an object is given until it is removed. */
    @FunctionalInterface
    public interface Grace {
        /**
         * Seconds from now.
         *
         * @param requested what the client grants, if it says
         */
        long seconds(ObjectNode object, OptionalLong requested);
    }

    /** Copies the names. */
    public DeletionRules {
        undeletable = Set.copyOf(undeletable);
    }
}
