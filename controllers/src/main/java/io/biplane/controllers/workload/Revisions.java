package io.biplane.controllers.workload;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.view.ObjectView;

import tools.jackson.databind.node.ObjectNode;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The annotations by which {@code kubectl rollout} finds its way through a Deployment's past. */
final class Revisions {
    static final String REVISION = "deployment.kubernetes.io/revision";
    private static final String HISTORY = "deployment.kubernetes.io/revision-history";
    private static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
    private static final String MAX = "deployment.kubernetes.io/max-replicas";

    /** Annotations of a Deployment that its ReplicaSets do not get. */
    private static final List<String> NOT_COPIED =
            List.of(
                    "kubectl.kubernetes.io/last-applied-configuration",
                    REVISION,
                    HISTORY,
                    DESIRED,
                    MAX,
                    "deprecated.deployment.rollback.to");

    private Revisions() {}

    /** The number of a ReplicaSet or Deployment; 0 when it has none. */
    static long of(ObjectView object) {
        try {
            return Long.parseLong(object.meta().annotations().getOrDefault(REVISION, "0"));
        } catch (NumberFormatException byHand) {
            return 0;
        }
    }

    /** The number that the newest ReplicaSet shall have: one more than all others. */
    static long next(Collection<ObjectView> others) {
        return others.stream().mapToLong(Revisions::of).max().orElse(0) + 1;
    }

    /** Writes into a ReplicaSet what it takes over from its Deployment, and its number. */
    static void annotate(ObjectNode set, ObjectView deployment, long revision, int maxReplicas) {
        ObjectNode annotations = Json.child(Json.child(set, "metadata"), "annotations");
        for (Map.Entry<String, String> entry : deployment.meta().annotations().entrySet()) {
            if (!NOT_COPIED.contains(entry.getKey())) {
                annotations.put(entry.getKey(), entry.getValue());
            }
        }
        String before = annotations.path(REVISION).asString("");
        String now = Long.toString(revision);
        if (!before.isEmpty() && !before.equals(now)) {
            String history = annotations.path(HISTORY).asString("");
            annotations.put(HISTORY, history.isEmpty() ? before : history + "," + before);
        }
        annotations.put(REVISION, now);
        size(set, Fields.number(deployment.json(), 1, "spec", "replicas"), maxReplicas);
    }

    /** Notes what the Deployment asked for when the ReplicaSet got its size. */
    static void size(ObjectNode set, int desired, int max) {
        ObjectNode annotations = Json.child(Json.child(set, "metadata"), "annotations");
        annotations.put(DESIRED, Integer.toString(desired)).put(MAX, Integer.toString(max));
    }
}
