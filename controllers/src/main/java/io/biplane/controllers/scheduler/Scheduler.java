package io.biplane.controllers.scheduler;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.Times;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.Condition;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.ApiClient;
import io.biplane.client.PatchType;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.client.informer.Key;
import io.biplane.client.queue.WorkQueue;
import io.biplane.controllers.controller.Controller;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
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

    /** The pause after a binding that failed, doubled each time up to {@link #RETRY}, about. */
    private static final Duration BIND_AGAIN = Duration.ofMillis(50);

    private static final int MOST_DOUBLINGS = 9;

    /** Not found, conflict. */
    private static final Set<Integer> EXPECTED = Set.of(404, 409);

    /** A change of a node often comes with others. */
    private static final Duration SOON = Duration.ofMillis(20);

    private final ApiClient client;
    private final EventRecorder events;
    private final Informer<PodView> pods;
    private final ClusterLoad load = new ClusterLoad();
    private final Map<Key, String> unschedulable = new ConcurrentHashMap<>();

    /** Uids of pods that are being bound, until the informer shows them bound. */
    private final Set<String> binding = ConcurrentHashMap.newKeySet();

    /** How often the binding of a pod has failed, by uid. */
    private final Map<String, Integer> failedBindings = new ConcurrentHashMap<>();

    private final Semaphore bindings = new Semaphore(BINDINGS_IN_FLIGHT);
    private final WorkQueue<Key> queue = new WorkQueue<>("scheduler", 1, this::schedule);

    /** Pods that fit nowhere are tried once for many changes, not under an informer's lock. */
    private final WorkQueue<String> retries =
            new WorkQueue<>(
                    "scheduler-retries", 1, SOON, _ -> unschedulable.keySet().forEach(queue::add));

    public Scheduler(ApiClient client, Informers informers, EventRecorder events) {
        this.client = client;
        this.events = events;
        this.pods = informers.informer(ViewedKind.PODS);
        informers.informer(ViewedKind.NODES).listen(this::nodeChanged);
        pods.listen(this::podChanged);
    }

    @Override
    public void start() {
        queue.start();
        retries.start();
    }

    @Override
    public void close() {
        retries.close();
        queue.close();
    }

    private void nodeChanged(@Nullable NodeView before, @Nullable NodeView after) {
        if (after != null) {
            load.node(after.name(), after);
            retries.add("");
        } else if (before != null) {
            load.node(before.name(), null);
        }
    }

    private void podChanged(@Nullable PodView before, @Nullable PodView after) {
        if (before != null && (after == null || !before.uid().equals(after.uid()))) {
            load.gone(before.uid());
            binding.remove(before.uid());
            failedBindings.remove(before.uid());
            unschedulable.remove(Key.of(before.meta()));
            retries.add("");
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
            retries.add("");
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
        Optional<String> node = place(key, pod, why);
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

    /** What nobody thought of in a pod keeps that pod waiting, with an event, and no other. */
    private Optional<String> place(Key key, PodView pod, StringBuilder why) {
        try {
            return load.place(pod, why);
        } catch (RuntimeException e) {
            tellUnschedulable(key, pod, "the pod cannot be judged: " + e);
            throw e;
        }
    }

    private void bind(Key key, PodView pod, String node) {
        boolean bound = false;
        try {
            client.bind(pod.namespace(), pod.name(), pod.uid(), node);
            bound = true;
        } catch (RuntimeException e) {
            bindingFailed(pod, e);
        } finally {
            if (!bound) {
                tryAgain(key, pod);
            }
            bindings.release();
        }
        if (bound) {
            failedBindings.remove(pod.uid());
            events.normal(
                    pod.json(),
                    "Scheduled",
                    "Successfully assigned %s to %s".formatted(pod.meta().key(), node));
        }
    }

    /**
     * Somebody else was faster, or the pod has gone: the informer tells. All else is worth a word.
     */
    private void bindingFailed(PodView pod, RuntimeException e) {
        boolean known = e instanceof StatusException status && EXPECTED.contains(status.code());
        if (!known) {
            events.warning(pod.json(), "FailedScheduling", "binding rejected: " + e.getMessage());
        }
    }

    /** Takes the placement back, and waits longer each time. */
    private void tryAgain(Key key, PodView pod) {
        int failures = failedBindings.merge(pod.uid(), 1, Integer::sum);
        load.gone(pod.uid());
        pods.get(key).ifPresent(load::pod); // someone else may have bound it meanwhile
        binding.remove(pod.uid());
        Duration pause = BIND_AGAIN.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
        queue.addAfter(key, pause);
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
            String now = Times.time(Instant.now());
            condition.put("lastTransitionTime", now);
            client.patchStatus(Kinds.PODS, pod.namespace(), pod.name(), PatchType.STRATEGIC, patch);
        }
    }
}
