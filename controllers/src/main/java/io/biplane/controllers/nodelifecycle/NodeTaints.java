package io.biplane.controllers.nodelifecycle;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.view.NodeView;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** The taints of Nodes that are not ready, and how long Pods bear them. Pure. */
final class NodeTaints {
    static final String NOT_READY = "node.kubernetes.io/not-ready";
    static final String UNREACHABLE = "node.kubernetes.io/unreachable";
    private static final Set<String> OURS = Set.of(NOT_READY, UNREACHABLE);
    private static final String[] EFFECTS = {"NoSchedule", "NoExecute"};

    private NodeTaints() {}

    /** The node with the taint {@code key} and no other of ours; with none when it is "". */
    static ObjectNode with(NodeView node, String key) {
        ArrayNode taints = Json.array();
        for (JsonNode taint : Fields.list(node.json(), "spec", "taints")) {
            String present = Fields.text(taint, "key");
            if (!OURS.contains(present)) {
                taints.add(taint);
            }
        }
        if (!key.isEmpty()) {
            for (String effect : EFFECTS) {
                taints.addObject().put("key", key).put("effect", effect);
            }
        }
        ObjectNode copy = node.json().deepCopy();
        if (taints.isEmpty()) {
            Json.child(copy, "spec").remove("taints");
        } else {
            Json.child(copy, "spec").set("taints", taints);
        }
        return copy;
    }

    /** Whether the node has the taint {@code key} and no other of ours. */
    static boolean has(NodeView node, String key) {
        long ours = node.taints().stream().filter(t -> OURS.contains(t.key())).count();
        long wanted = node.taints().stream().filter(t -> t.key().equals(key)).count();
        return ours == wanted && wanted == (key.isEmpty() ? 0 : EFFECTS.length);
    }

    /**
     * How long a Pod stays on a node with the taint {@code key}.
     *
     * @param usual for Pods that do not say
     * @return empty for ever
     */
    static Optional<Duration> tolerated(JsonNode pod, String key, Duration usual) {
        for (JsonNode toleration : Fields.list(pod, "spec", "tolerations")) {
            String wanted = Fields.text(toleration, "key");
            String effect = Fields.text(toleration, "effect");
            boolean exists = Fields.text(toleration, "operator").equals("Exists");
            boolean matches =
                    (wanted.equals(key) || (wanted.isEmpty() && exists))
                            && (effect.isEmpty() || effect.equals("NoExecute"));
            if (matches) {
                int seconds = Fields.number(toleration, -1, "tolerationSeconds");
                return seconds < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
            }
        }
        return Optional.of(usual);
    }
}
