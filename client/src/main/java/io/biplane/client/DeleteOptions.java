package io.biplane.client;

import io.biplane.api.Json;

import tools.jackson.databind.node.ObjectNode;

import java.util.Optional;

/**
 * How to delete.
 *
 * @param graceSeconds empty for the kind's default; 0 deletes at once
 * @param propagation empty for the kind's default
 * @param uid the object must have this one; empty for any
 * @param resourceVersion the object must have this one; empty for any
 */
public record DeleteOptions(
        Optional<Integer> graceSeconds,
        Optional<Propagation> propagation,
        Optional<String> uid,
        Optional<String> resourceVersion) {

    /** As the kind does it by default. */
    public static final DeleteOptions DEFAULT =
            new DeleteOptions(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** With what shall happen to the objects that it owns. */
    public DeleteOptions with(Propagation policy) {
        return new DeleteOptions(graceSeconds, Optional.of(policy), uid, resourceVersion);
    }

    /** With a time to end in. */
    public DeleteOptions withGrace(int seconds) {
        return new DeleteOptions(Optional.of(seconds), propagation, uid, resourceVersion);
    }

    /** Only that very object, not a later one of its name. */
    public DeleteOptions onlyUid(String wanted) {
        return new DeleteOptions(graceSeconds, propagation, Optional.of(wanted), resourceVersion);
    }

    /** Only as it was read: not if anybody has changed it since. */
    public DeleteOptions onlyVersion(String wanted) {
        return new DeleteOptions(graceSeconds, propagation, uid, Optional.of(wanted));
    }

    ObjectNode toJson() {
        ObjectNode options = Json.object();
        options.put("apiVersion", "v1").put("kind", "DeleteOptions");
        graceSeconds.ifPresent(seconds -> options.put("gracePeriodSeconds", seconds));
        propagation.ifPresent(policy -> options.put("propagationPolicy", policy.apiName()));
        if (uid.isPresent() || resourceVersion.isPresent()) {
            ObjectNode preconditions = options.putObject("preconditions");
            uid.ifPresent(value -> preconditions.put("uid", value));
            resourceVersion.ifPresent(value -> preconditions.put("resourceVersion", value));
        }
        return options;
    }
}
