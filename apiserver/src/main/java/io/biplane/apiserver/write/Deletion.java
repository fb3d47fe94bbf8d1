package io.biplane.apiserver.write;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Times;
import io.biplane.api.registry.Kind;

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

    private Deletion() {}

    /** Whether the object is to go as soon as nothing holds it. */
    public static boolean isMarked(ObjectNode object) {
        return !Fields.string(object, "metadata", "deletionTimestamp").isEmpty();
    }

    /** Whether an object that is marked for deletion has nothing to wait for any more. */
    static boolean isComplete(Kind kind, ObjectNode object) {
        return isMarked(object)
                && object.path("metadata").path("deletionGracePeriodSeconds").longValue(0) == 0
                && isUnheld(kind, object);
    }

    /** Whether no finalizer is left; some kinds have finalizers in their spec, too. */
    static boolean isUnheld(Kind kind, ObjectNode object) {
        return object.path("metadata").path("finalizers").isEmpty()
                && !(kind.deletion().specFinalizers()
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

    /** Marks the object; a second deletion can only shorten the time that is left. */
    static void mark(Kind kind, ObjectNode object, long graceSeconds) {
        ObjectNode metadata = Json.child(object, "metadata");
        boolean marked = isMarked(object);
        long granted = metadata.path("deletionGracePeriodSeconds").longValue(0);
        if (marked && granted <= graceSeconds) {
            return;
        }
        metadata.put("deletionTimestamp", Times.time(Instant.now().plusSeconds(graceSeconds)));
        metadata.put("deletionGracePeriodSeconds", graceSeconds);
        if (!marked) {
            Metadata.bumpGeneration(kind, object);
        }
        kind.deletion().onMark().accept(object);
    }
}
