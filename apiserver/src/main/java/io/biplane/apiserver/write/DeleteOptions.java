package io.biplane.apiserver.write;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * How to delete.
 *
 * @param graceSeconds what the client grants, if it says
 * @param uid the object must have it, if it is given
 * @param resourceVersion the object must be at it, if it is given
 */
public record DeleteOptions(
        OptionalLong graceSeconds,
        Propagation propagation,
        Optional<String> uid,
        Optional<String> resourceVersion,
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
