package io.biplane.controllers.nodelifecycle;

import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.ApiClient;
import io.biplane.client.DeleteOptions;
import io.biplane.client.informer.Index;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.client.queue.WorkQueue;
import io.biplane.controllers.controller.Controller;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/** Deletes Pods of Nodes that are no more: nobody else would ever confirm their end. */
public final class PodGc implements Controller {
    private final ApiClient client;
    private final Duration quarantine;
    private final Informer<NodeView> nodes;
    private final Index<PodView> podsByNode;
    private final WorkQueue<String> queue = new WorkQueue<>("pod-gc", 1, this::reconcile);

    public PodGc(NodeLifecycleConfig config, ApiClient client, Informers informers) {
        this.client = client;
        this.quarantine = config.quarantine();
        this.nodes = informers.informer(ViewedKind.NODES);
        Informer<PodView> pods = informers.informer(ViewedKind.PODS);
        this.podsByNode =
                pods.index(p -> p.nodeName().isEmpty() ? List.of() : List.of(p.nodeName()));
        nodes.listen(this::nodeChanged);
        pods.listen(this::podChanged);
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
        if (after == null && before != null) {
            queue.addAfter(before.name(), quarantine);
        }
    }

    private void podChanged(@Nullable PodView before, @Nullable PodView after) {
        if (after != null
                && !after.nodeName().isEmpty()
                && nodes.get(null, after.nodeName()).isEmpty()) {
            queue.addAfter(after.nodeName(), quarantine);
        }
    }

    private void reconcile(String node) {
        if (podsByNode.count(node) == 0
                || nodes.get(null, node).isPresent()
                || client.find(Kinds.NODES, null, node).isPresent()) {
            return;
        }
        for (PodView pod : podsByNode.get(node)) {
            try {
                client.delete(
                        Kinds.PODS,
                        pod.namespace(),
                        pod.name(),
                        DeleteOptions.DEFAULT.withGrace(0).onlyUid(pod.uid()));
            } catch (StatusException e) {
                if (e.code() != 404 && e.code() != 409) {
                    throw e;
                }
            }
        }
    }
}
