package io.biplane.apiserver.write;

import java.util.OptionalLong;

/**
 * How to delete.
 *
 * @param graceSeconds what the client grants, if it says
 * @param uid the object must have it, unless empty
 * @param resourceVersion the object must be at it, unless empty
 */
public record DeleteOptions(
        OptionalLong graceSeconds,
        Propagation propagation,
        String uid,
        String resourceVersion,
        boolean dryRun) {
    /** What becomes of the objects that the deleted one owns. */
    public enum Propagation {
        /** The client does not say: in the background, unless finalizers already say otherwise. */
        DEFAULT,
        BACKGROUND,
        FOREGROUND,
        ORPHAN
    }
}
