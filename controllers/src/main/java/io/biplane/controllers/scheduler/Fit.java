package io.biplane.controllers.scheduler;

import io.biplane.api.Fields;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.NodeView.Taint;
import io.biplane.api.view.PodView;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a Node will have a Pod, resources aside. Pure. */
final class Fit {
    private static final String NOT_READY = "node.kubernetes.io/not-ready";
    private static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";

    private Fit() {}

    /** Why the node will not have the pod, in upstream's words; empty when it will. */
    static Optional<String> refusal(PodView pod, NodeView node) {
        if (node.unschedulable() && !tolerates(pod, new Taint(UNSCHEDULABLE, "", "NoSchedule"))) {
            return Optional.of("node(s) were unschedulable");
        }
        for (Taint taint : node.taints()) {
            if (!taint.effect().equals("PreferNoSchedule") && !tolerates(pod, taint)) {
                return Optional.of(
                        "node(s) had untolerated taint {%s: %s}"
                                .formatted(taint.key(), taint.value()));
            }
        }
        if (!node.ready() && !tolerates(pod, new Taint(NOT_READY, "", "NoSchedule"))) {
            return Optional.of("node(s) were not ready");
        }
        Map<String, String> wanted = Fields.map(pod.json(), "spec", "nodeSelector");
        if (!node.labels().entrySet().containsAll(wanted.entrySet()) || !affinity(pod, node)) {
            return Optional.of("node(s) didn't match Pod's node affinity/selector");
        }
        return Optional.empty();
    }

    private static boolean tolerates(PodView pod, Taint taint) {
        return Fields.list(pod.json(), "spec", "tolerations").stream()
                .anyMatch(toleration -> matches(toleration, taint));
    }

    private static boolean matches(JsonNode toleration, Taint taint) {
        String effect = Fields.text(toleration, "effect");
        String key = Fields.text(toleration, "key");
        boolean exists = Fields.text(toleration, "operator").equals("Exists");
        return (effect.isEmpty() || effect.equals(taint.effect()))
                && (key.equals(taint.key()) || (key.isEmpty() && exists))
                && (exists || Fields.text(toleration, "value").equals(taint.value()));
    }

    /** Required node affinity: one of the terms, and of that term all expressions. */
    private static boolean affinity(PodView pod, NodeView node) {
        List<JsonNode> terms =
                Fields.list(
                        pod.json(),
                        "spec",
                        "affinity",
                        "nodeAffinity",
                        "requiredDuringSchedulingIgnoredDuringExecution",
                        "nodeSelectorTerms");
        return terms.isEmpty() || terms.stream().anyMatch(term -> term(term, node));
    }

    private static boolean term(JsonNode term, NodeView node) {
        List<JsonNode> labels = Fields.list(term, "matchExpressions");
        List<JsonNode> fields = Fields.list(term, "matchFields");
        return (!labels.isEmpty() || !fields.isEmpty())
                && labels.stream().allMatch(e -> expression(e, node.labels()))
                && fields.stream()
                        .allMatch(e -> expression(e, Map.of("metadata.name", node.name())));
    }

    private static boolean expression(JsonNode expression, Map<String, String> labels) {
        Optional<String> value = Optional.ofNullable(labels.get(Fields.text(expression, "key")));
        List<String> values = Fields.texts(expression, "values");
        return switch (Fields.text(expression, "operator")) {
            case "In" -> value.filter(values::contains).isPresent();
            case "NotIn" -> value.filter(values::contains).isEmpty();
            case "Exists" -> value.isPresent();
            case "DoesNotExist" -> value.isEmpty();
            case "Gt" -> value.filter(v -> compare(v, values) > 0).isPresent();
            case "Lt" -> value.filter(v -> compare(v, values) < 0).isPresent();
            default -> false;
        };
    }

    /** 0, which fulfils neither Gt nor Lt, when one of the two is no number, or there is none. */
    private static int compare(String label, List<String> values) {
        if (values.isEmpty()) {
            return 0;
        }
        try {
            return Long.compare(Long.parseLong(label), Long.parseLong(values.getFirst()));
        } catch (NumberFormatException notNumbers) {
            return 0;
        }
    }
}
