package io.biplane.apiserver.write;

import io.biplane.api.Json;
import io.biplane.api.Kinds;
import io.biplane.api.Resource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;

/** What holds an object back from being removed, and how it is marked meanwhile. */
public final class Deletion {
    private static final String ORPHAN = "orphan";
    private static final String FOREGROUND = "foregroundDeletion";
    private static final long DEFAULT_POD_GRACE_SECONDS = 30;

    private Deletion() {}

    /** Whether the object is to go as soon as nothing holds it. */
    public static boolean isMarked(ObjectNode object) {
        return !Json.string(object, "metadata", "deletionTimestamp").isEmpty();
    }

    /** Whether an object that is marked for deletion has nothing to wait for any more. */
    static boolean isComplete(Resource resource, ObjectNode object) {
        return isMarked(object)
                && object.path("metadata").path("deletionGracePeriodSeconds").longValue(0) == 0
                && isUnheld(resource, object);
    }

    /** Whether no finalizer is left; namespaces have some in their spec, too. */
    static boolean isUnheld(Resource resource, ObjectNode object) {
        return object.path("metadata").path("finalizers").isEmpty()
                && !(resource.equals(Kinds.NAMESPACES)
                        && !object.path("spec").path("finalizers").isEmpty());
    }

    /** Puts the finalizers of the propagation policy in place. */
    static void applyPropagation(ObjectNode object, DeleteOptions.Propagation propagation) {
        ObjectNode metadata = Json.child(object, "metadata");
        Set<String> finalizers = new LinkedHashSet<>();
        for (JsonNode finalizer : metadata.path("finalizers")) {
            finalizers.add(finalizer.stringValue(""));
        }
        switch (propagation) {
            case DEFAULT -> {
                return;
            }
            case BACKGROUND -> {
                finalizers.remove(ORPHAN);
                finalizers.remove(FOREGROUND);
            }
            case FOREGROUND -> {
                finalizers.remove(ORPHAN);
                finalizers.add(FOREGROUND);
            }
            case ORPHAN -> {
                finalizers.remove(FOREGROUND);
                finalizers.add(ORPHAN);
            }
        }
        if (finalizers.isEmpty()) {
            metadata.remove("finalizers");
        } else {
            ArrayNode list = metadata.putArray("finalizers");
            finalizers.forEach(list::add);
        }
    }

    /** How long a pod's containers may take to end; nothing else has time. */
    static long graceSeconds(Resource resource, ObjectNode object, DeleteOptions options) {
        if (!resource.equals(Kinds.PODS)) {
            return 0;
        }
        String phase = Json.string(object, "status", "phase");
        if (Json.string(object, "spec", "nodeName").isEmpty()
                || phase.equals("Succeeded")
                || phase.equals("Failed")) {
            return 0;
        }
        long grace =
                options.graceSeconds()
                        .orElse(
                                object.path("spec")
                                        .path("terminationGracePeriodSeconds")
                                        .longValue(DEFAULT_POD_GRACE_SECONDS));
        // A negative time is upstream's way of saying: at once, but let the kubelet do it.
        return grace < 0 ? 1 : grace;
    }

    /** Marks the object; a second deletion can only shorten the time that is left. */
    static void mark(Resource resource, ObjectNode object, long graceSeconds) {
        ObjectNode metadata = Json.child(object, "metadata");
        boolean marked = isMarked(object);
        long granted = metadata.path("deletionGracePeriodSeconds").longValue(0);
        if (marked && granted <= graceSeconds) {
            return;
        }
        metadata.put("deletionTimestamp", Metadata.time(Instant.now().plusSeconds(graceSeconds)));
        metadata.put("deletionGracePeriodSeconds", graceSeconds);
        if (!marked) {
            Metadata.bumpGeneration(resource, object);
        }
        if (resource.equals(Kinds.NAMESPACES)) {
            Json.child(object, "status").put("phase", "Terminating");
        }
    }
}
