package io.biplane.controllers.nodelifecycle;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.Times;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.Condition;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.ObjectView;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.ApiClient;
import io.biplane.client.DeleteOptions;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Index;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.client.queue.WorkQueue;
import io.biplane.controllers.controller.Controller;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Declares Nodes Unknown that give no sign of life, taints those that are not ready, and evicts
 * their Pods in the end. Silence is measured by this process's own clock from the last change it
 * saw, so that its own absence is not held against the Nodes.
 */
public final class NodeLifecycle implements Controller {
    private static final int WORKERS = 4;
    private static final String LEASE_NAMESPACE = "kube-node-lease";

    /** A node that has just registered is not tainted for the moment until it is ready. */
    private static final Duration SETTLING = Duration.ofSeconds(5);

    private final NodeLifecycleConfig config;
    private final ApiClient client;
    private final EventRecorder events;
    private final Informer<NodeView> nodes;
    private final Informer<PodView> pods;
    private final Index<PodView> podsByNode;
    private final Map<String, Long> heardNanos = new ConcurrentHashMap<>();
    private final Map<String, Long> notReadySinceNanos = new ConcurrentHashMap<>();
    private final WorkQueue<String> queue =
            new WorkQueue<>("node-lifecycle", WORKERS, this::reconcile);

    public NodeLifecycle(
            NodeLifecycleConfig config,
            ApiClient client,
            Informers informers,
            EventRecorder events) {
        this.config = config;
        this.client = client;
        this.events = events;
        this.nodes = informers.informer(ViewedKind.NODES);
        this.pods = informers.informer(ViewedKind.PODS);
        this.podsByNode =
                pods.index(p -> p.nodeName().isEmpty() ? List.of() : List.of(p.nodeName()));
        nodes.listen(this::nodeChanged);
        informers.informer(ViewedKind.plain(Kinds.LEASES)).listen(this::leaseChanged);
    }

    @Override
    public void start() {
        queue.start();
    }

    @Override
    public void close() {
        queue.close();
    }

    private void nodeChanged(@Nullable NodeView before, @Nullable NodeView after) {
        if (after == null) {
            if (before != null) {
                heardNanos.remove(before.name());
                notReadySinceNanos.remove(before.name());
            }
            return;
        }
        // What this controller writes is no sign of life; the heartbeat in a condition is.
        if (before == null || !heartbeat(before).equals(heartbeat(after))) {
            heardNanos.put(after.name(), System.nanoTime());
        }
        queue.add(after.name());
    }

    private void leaseChanged(@Nullable ObjectView before, @Nullable ObjectView after) {
        if (after != null && after.namespace().equals(LEASE_NAMESPACE)) {
            heardNanos.put(after.name(), System.nanoTime());
        }
    }

    private static Optional<JsonNode> readyJson(JsonNode node) {
        return Fields.list(node, "status", "conditions").stream()
                .filter(c -> Fields.text(c, "type").equals("Ready"))
                .findFirst();
    }

    private static String heartbeat(NodeView node) {
        return readyJson(node.json()).map(c -> Fields.text(c, "lastHeartbeatTime")).orElse("");
    }

    private static String readyStatus(NodeView node) {
        return node.conditions().stream()
                .filter(c -> c.type().equals("Ready"))
                .map(Condition::status)
                .findFirst()
                .orElse("False");
    }

    private void reconcile(String name) {
        Optional<NodeView> found = nodes.get(null, name);
        if (found.isEmpty()) {
            return;
        }
        NodeView node = found.get();
        long now = System.nanoTime();
        long heard = heardNanos.computeIfAbsent(name, _ -> now);
        Duration left = config.grace().minusNanos(now - heard);
        String status = readyStatus(node);
        if (left.isPositive()) {
            queue.addAfter(name, left);
        } else if (!status.equals("Unknown")) {
            declareUnknown(node);
            return; // the change brings it back here
        }
        if (status.equals("True")) {
            notReadySinceNanos.remove(name);
            taint(node, "");
        } else {
            long since = notReadySinceNanos.computeIfAbsent(name, _ -> now);
            notReady(node, status, Duration.ofNanos(now - since));
        }
    }

    private void notReady(NodeView node, String status, Duration age) {
        boolean unknown = status.equals("Unknown");
        if (!unknown && age.compareTo(SETTLING) < 0) {
            queue.addAfter(node.name(), SETTLING.minus(age));
            return;
        }
        String key = unknown ? NodeTaints.UNREACHABLE : NodeTaints.NOT_READY;
        taint(node, key);
        if (unknown) {
            podsByNode.get(node.name()).stream().filter(PodView::ready).forEach(this::markNotReady);
        }
        for (PodView pod : podsByNode.get(node.name())) {
            if (pod.terminating() || pod.terminal()) {
                continue;
            }
            NodeTaints.tolerated(pod.json(), key, config.eviction())
                    .ifPresent(most -> evict(node, pod, most.minus(age)));
        }
    }

    private void evict(NodeView node, PodView pod, Duration left) {
        if (left.isPositive()) {
            queue.addAfter(node.name(), left);
            return;
        }
        events.normal(
                pod.json(), "TaintManagerEviction", "Marking for deletion Pod " + pod.meta().key());
        ignoreGone(() ->
                client.delete(
                        Kinds.PODS,
                        pod.namespace(),
                        pod.name(),
                        DeleteOptions.DEFAULT.onlyUid(pod.uid())));
    }

    private void declareUnknown(NodeView node) {
        ObjectNode copy = node.json().deepCopy();
        ObjectNode status = Json.child(copy, "status");
        String now = Times.time(Instant.now());
        if (readyJson(copy).isEmpty()) {
            status.withArray("/conditions").addObject().put("type", "Ready");
        }
        for (JsonNode each : Fields.list(status, "conditions")) {
            if (each instanceof ObjectNode condition) {
                condition.put("status", "Unknown").put("reason", "NodeStatusUnknown");
                condition.put("message", "Kubelet stopped posting node status.");
                condition.put("lastTransitionTime", now);
            }
        }
        nodes.written(client.updateStatus(Kinds.NODES, copy));
        events.normal(
                node.json(),
                "NodeNotReady",
                "Node %s status is now: NodeNotReady".formatted(node.name()));
        queue.add(node.name());
    }

    private void taint(NodeView node, String key) {
        if (!NodeTaints.has(node, key)) {
            nodes.written(client.update(Kinds.NODES, NodeTaints.with(node, key)));
        }
    }

    /** Nobody can say that a Pod of a silent Node still answers: it must leave the endpoints. */
    private void markNotReady(PodView pod) {
        ObjectNode copy = pod.json().deepCopy();
        String now = Times.time(Instant.now());
        for (JsonNode each : Fields.list(copy, "status", "conditions")) {
            if (each instanceof ObjectNode condition
                    && Fields.text(condition, "type").equals("Ready")) {
                condition.put("status", "False").put("lastTransitionTime", now);
            }
        }
        ignoreGone(() -> pods.written(client.updateStatus(Kinds.PODS, copy)));
    }

    private static void ignoreGone(Runnable write) {
        try {
            write.run();
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }
}
