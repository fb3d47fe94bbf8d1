package io.biplane.controllers.workload;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Times;
import io.biplane.api.view.ObjectView;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/** Computes a Deployment's status from its ReplicaSets. Pure but for the time of day. */
final class DeploymentStatus {
    private final ObjectView deployment;
    private final @Nullable ObjectView newest;
    private final ObjectNode before;
    private final ObjectNode status;
    private final int wanted;

    private DeploymentStatus(
            ObjectView deployment, @Nullable ObjectView newest, Collection<ObjectView> all) {
        this.deployment = deployment;
        this.newest = newest;
        this.before =
                deployment.json().get("status") instanceof ObjectNode old ? old : Json.object();
        this.status = before.deepCopy();
        this.wanted = Fields.number(deployment.json(), 1, "spec", "replicas");
        int available = sum(all, "status", "availableReplicas");
        count("observedGeneration", deployment.meta().generation());
        count("replicas", sum(all, "status", "replicas"));
        count("updatedReplicas", newest == null ? 0 : number(newest, "replicas"));
        count("readyReplicas", sum(all, "status", "readyReplicas"));
        count("availableReplicas", available);
        count("unavailableReplicas", Math.max(0, sum(all, "spec", "replicas") - available));
    }

    /**
     * The status.
     *
     * @param newest the ReplicaSet of the present template, if it exists
     * @param all all ReplicaSets, the newest included
     * @param maxUnavailable how many pods may be unavailable
     */
    static ObjectNode compute(
            ObjectView deployment,
            @Nullable ObjectView newest,
            Collection<ObjectView> all,
            int maxUnavailable) {
        DeploymentStatus it = new DeploymentStatus(deployment, newest, all);
        it.available(maxUnavailable);
        it.progressing();
        return it.status;
    }

    /** When the rollout will have taken too long, if it is on its way. */
    static Optional<Instant> deadline(ObjectView deployment, JsonNode status) {
        int seconds = Fields.number(deployment.json(), 600, "spec", "progressDeadlineSeconds");
        if (seconds == Integer.MAX_VALUE || Fields.flag(deployment.json(), "spec", "paused")) {
            return Optional.empty();
        }
        return Conditions.find(status, "Progressing")
                .filter(c -> Fields.text(c, "status").equals("True"))
                .filter(c -> !Fields.text(c, "reason").equals("NewReplicaSetAvailable"))
                .map(c -> Instant.parse(Fields.text(c, "lastUpdateTime")).plusSeconds(seconds));
    }

    private void available(int maxUnavailable) {
        boolean enough = number("availableReplicas") >= wanted - maxUnavailable;
        Conditions.set(
                status,
                "Available",
                enough ? "True" : "False",
                enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                enough
                        ? "Deployment has minimum availability."
                        : "Deployment does not have minimum availability.",
                true);
    }

    private void progressing() {
        String name =
                newest == null
                        ? "Deployment \"%s\"".formatted(deployment.name())
                        : "ReplicaSet \"%s\"".formatted(newest.name());
        Optional<JsonNode> present = Conditions.find(status, "Progressing");
        boolean complete =
                newest != null
                        && number("updatedReplicas") == wanted
                        && number("replicas") == wanted
                        && number("availableReplicas") == wanted;
        if (complete) {
            set("True", "NewReplicaSetAvailable", name + " has successfully progressed.");
        } else if (present.isEmpty() || hasMoved()) {
            set("True", "ReplicaSetUpdated", name + " is progressing.");
            touch();
        } else if (deadline(deployment, status).filter(Instant.now()::isAfter).isPresent()) {
            set("False", "ProgressDeadlineExceeded", name + " has timed out progressing.");
        }
    }

    /** Whether this status is nearer to the end than the one before. */
    private boolean hasMoved() {
        int oldBefore = number(before, "replicas") - number(before, "updatedReplicas");
        int oldNow = number("replicas") - number("updatedReplicas");
        return number("updatedReplicas") > number(before, "updatedReplicas")
                || number("readyReplicas") > number(before, "readyReplicas")
                || number("availableReplicas") > number(before, "availableReplicas")
                || oldNow < oldBefore
                || number("observedGeneration") > number(before, "observedGeneration");
    }

    private void set(String value, String reason, String message) {
        Conditions.set(status, "Progressing", value, reason, message, true);
    }

    /**
     * Progress starts the deadline anew, even when it reads the same. Whole seconds: few writes.
     */
    private void touch() {
        Conditions.find(status, "Progressing")
                .map(ObjectNode.class::cast)
                .ifPresent(c -> c.put("lastUpdateTime", Times.time(Instant.now())));
    }

    private void count(String field, long count) {
        Counts.set(status, field, count);
    }

    private int number(String field) {
        return number(status, field);
    }

    private static int number(JsonNode status, String field) {
        return Fields.number(status, 0, field);
    }

    private static int number(ObjectView set, String field) {
        return Fields.number(set.json(), 0, "status", field);
    }

    private static int sum(Collection<ObjectView> sets, String part, String field) {
        return sets.stream().mapToInt(set -> Fields.number(set.json(), 0, part, field)).sum();
    }
}
