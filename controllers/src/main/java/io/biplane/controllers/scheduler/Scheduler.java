package io.biplane.controllers.scheduler;

import io.biplane.api.Json;
import io.biplane.api.Kinds;
import io.biplane.api.StatusException;
import io.biplane.api.view.Condition;
import io.biplane.api.view.Fields;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.client.ApiClient;
import io.biplane.client.PatchType;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.client.informer.Key;
import io.biplane.client.queue.WorkQueue;
import io.biplane.controllers.Controller;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Places one Pod after the other and binds them many at a time: a placed Pod counts on its node
 * from the decision on, so the next decision need not wait for the API.
 */
public final class Scheduler implements Controller {
    private static final int BINDINGS_IN_FLIGHT = 64;

    /**
     * Pods that fit nowhere are tried again when a node changes or a pod ends, and at last then.
     */
    private static final Duration RETRY = Duration.ofSeconds(30);

    /** A change of a node often comes with others. */
    private static final Duration SOON = Duration.ofMillis(20);

    private final ApiClient client;
    private final EventRecorder events;
    private final Informer<PodView> pods;
    private final ClusterLoad load = new ClusterLoad();
    private final Map<Key, String> unschedulable = new ConcurrentHashMap<>();

    /** Uids of pods that are being bound, until the informer shows them bound. */
    private final Set<String> binding = ConcurrentHashMap.newKeySet();

    private final Semaphore bindings = new Semaphore(BINDINGS_IN_FLIGHT);
    private final WorkQueue<Key> queue = new WorkQueue<>("scheduler", 1, this::schedule);

    public Scheduler(ApiClient client, Informers informers, EventRecorder events) {
        this.client = client;
        this.events = events;
        this.pods = informers.informer(Kinds.PODS, PodView::of);
        informers.informer(Kinds.NODES, NodeView::of).listen(this::nodeChanged);
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
        if (after != null) {
            load.node(after.name(), after);
            unschedulable.keySet().forEach(key -> queue.addAfter(key, SOON));
        } else if (before != null) {
            load.node(before.name(), null);
        }
    }

    private void podChanged(@Nullable PodView before, @Nullable PodView after) {
        if (before != null && (after == null || !before.uid().equals(after.uid()))) {
            load.gone(before.uid());
            binding.remove(before.uid());
            unschedulable.remove(Key.of(before.meta()));
            unschedulable.keySet().forEach(key -> queue.addAfter(key, SOON));
        }
        if (after == null) {
            return;
        }
        load.pod(after);
        if (!after.nodeName().isEmpty()) {
            binding.remove(after.uid());
        }
        if (isOurs(after)) {
            queue.add(Key.of(after.meta()));
        } else if (after.terminal() && before != null && !before.terminal()) {
            unschedulable.keySet().forEach(key -> queue.addAfter(key, SOON));
        }
    }

    private static boolean isOurs(PodView pod) {
        String scheduler = Fields.text(pod.json(), "spec", "schedulerName");
        return pod.nodeName().isEmpty()
                && !pod.terminating()
                && !pod.terminal()
                && (scheduler.isEmpty() || scheduler.equals("default-scheduler"))
                && Fields.list(pod.json(), "spec", "schedulingGates").isEmpty();
    }

    private void schedule(Key key) throws InterruptedException {
        Optional<PodView> found = pods.get(key).filter(Scheduler::isOurs);
        if (found.isPresent() && binding.contains(found.get().uid())) {
            return;
        }
        if (found.isEmpty()) {
            unschedulable.remove(key);
            return;
        }
        PodView pod = found.get();
        load.gone(pod.uid()); // an earlier placement, should its binding have failed
        StringBuilder why = new StringBuilder();
        Optional<String> node = load.place(pod, why);
        if (node.isEmpty()) {
            tellUnschedulable(key, pod, why.toString());
            queue.addAfter(key, RETRY);
            return;
        }
        unschedulable.remove(key);
        bindings.acquire();
        binding.add(pod.uid());
        Thread.ofVirtual().name("bind-" + pod.name()).start(() -> bind(key, pod, node.get()));
    }

    private void bind(Key key, PodView pod, String node) {
        try {
            client.bind(pod.namespace(), pod.name(), pod.uid(), node);
            events.normal(
                    pod.json(),
                    "Scheduled",
                    "Successfully assigned %s to %s".formatted(pod.meta().key(), node));
        } catch (StatusException | UncheckedIOException e) {
            binding.remove(pod.uid());
            load.gone(pod.uid());
            pods.get(key).ifPresent(load::pod); // someone else may have bound it meanwhile
            boolean known = e instanceof StatusException status && status.code() < 500;
            queue.addAfter(key, known ? Duration.ofMillis(50) : Duration.ofSeconds(1));
        } finally {
            bindings.release();
        }
    }

    private void tellUnschedulable(Key key, PodView pod, String why) {
        if (why.equals(unschedulable.put(key, why))) {
            return;
        }
        events.warning(pod.json(), "FailedScheduling", why);
        ObjectNode patch = Json.object();
        ObjectNode condition = patch.putObject("status").putArray("conditions").addObject();
        condition.put("type", "PodScheduled").put("status", "False");
        condition.put("reason", "Unschedulable").put("message", why);
        boolean already =
                pod.conditions().stream()
                        .filter(c -> c.type().equals("PodScheduled"))
                        .map(Condition::message)
                        .anyMatch(why::equals);
        if (!already) {
            String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            condition.put("lastTransitionTime", now);
            client.patchStatus(Kinds.PODS, pod.namespace(), pod.name(), PatchType.STRATEGIC, patch);
        }
    }
}
