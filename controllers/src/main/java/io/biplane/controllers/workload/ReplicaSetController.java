package io.biplane.controllers.workload;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.selector.LabelSelector;
import io.biplane.api.view.Meta;
import io.biplane.api.view.ObjectView;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.ApiClient;
import io.biplane.client.DeleteOptions;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Index;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.client.informer.Key;
import io.biplane.client.queue.WorkQueue;
import io.biplane.controllers.controller.Controller;
import io.biplane.controllers.controller.OwnerReferences;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps as many Pods as each ReplicaSet asks for. */
public final class ReplicaSetController implements Controller {
    private static final int WORKERS = 4;
    private static final int MOST_AT_ONCE = 500;

    /** Pods become ready in bursts; each burst is one status write. */
    private static final Duration BATCH = Duration.ofMillis(25);

    private final ApiClient client;
    private final EventRecorder events;
    private final Informer<ObjectView> replicaSets;
    private final Informer<PodView> pods;
    private final Index<PodView> podsByOwner;
    private final Index<ObjectView> setsByNamespace;
    private final WorkQueue<Key> queue =
            new WorkQueue<>("replicaset", WORKERS, BATCH, this::reconcile);

    /** Uids of pods whose deletion was accepted while the informer does not show it yet. */
    private final Set<String> deleted = ConcurrentHashMap.newKeySet();

    public ReplicaSetController(ApiClient client, Informers informers, EventRecorder events) {
        this.client = client;
        this.events = events;
        this.replicaSets = informers.informer(ViewedKind.plain(Kinds.REPLICA_SETS));
        this.pods = informers.informer(ViewedKind.PODS);
        this.podsByOwner = pods.index(pod -> OwnerReferences.indexKey(pod.meta()));
        this.setsByNamespace = replicaSets.index(set -> List.of(set.namespace()));
        replicaSets.listen(this::setChanged);
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

    private void setChanged(@Nullable ObjectView before, @Nullable ObjectView after) {
        if (after != null) {
            queue.addAfter(Key.of(after.meta()), Duration.ZERO);
        }
    }

    private void podChanged(@Nullable PodView before, @Nullable PodView after) {
        if (before != null) {
            enqueue(before);
            if (after == null || after.terminating()) {
                deleted.remove(before.uid());
            }
        }
        if (after != null) {
            enqueue(after);
        }
    }

    private void enqueue(PodView pod) {
        Optional<Meta.Owner> owner = pod.meta().controller();
        if (owner.isPresent()) {
            if (owner.get().kind().equals(Kinds.REPLICA_SETS.kind())) {
                queue.add(new Key(pod.namespace(), owner.get().name()));
            }
        } else if (!pod.labels().isEmpty()) {
            setsByNamespace.get(pod.namespace()).stream()
                    .filter(set -> selector(set).selects(pod.json()))
                    .forEach(set -> queue.add(Key.of(set.meta())));
        }
    }

    private static LabelSelector selector(ObjectView set) {
        return LabelSelector.of(set.json().path("spec").path("selector"));
    }

    private void reconcile(Key key) throws InterruptedException {
        Optional<ObjectView> found = replicaSets.get(key);
        if (found.isEmpty()) {
            return;
        }
        ObjectView set = found.get();
        @Nullable RuntimeException failure = null;
        if (!set.meta().deleting()) {
            claim(set);
            try {
                scale(set, Fields.number(set.json(), 1, "spec", "replicas"));
            } catch (StatusException e) {
                failure = e;
            }
        }
        writeStatus(set, failure);
        if (failure != null) {
            throw failure;
        }
    }

    /** Takes over matching pods without a controller, and lets go own ones that match no more. */
    private void claim(ObjectView set) {
        LabelSelector selector = selector(set);
        for (PodView pod : podsByOwner.get("orphans/" + set.namespace())) {
            if (selector.selects(pod.json()) && !pod.terminating() && !pod.terminal()) {
                ObjectNode owner = OwnerReferences.controller(Kinds.REPLICA_SETS, set.meta());
                pods.written(client.update(Kinds.PODS, OwnerReferences.adopted(pod.json(), owner)));
            }
        }
        for (PodView pod : podsByOwner.get(set.uid())) {
            if (!selector.selects(pod.json()) && !pod.terminating()) {
                pods.written(
                        client.update(Kinds.PODS, OwnerReferences.released(pod.json(), set.uid())));
            }
        }
    }

    private List<PodView> active(ObjectView set) {
        return podsByOwner.get(set.uid()).stream()
                .filter(pod -> !pod.terminating() && !pod.terminal())
                .filter(pod -> !deleted.contains(pod.uid()))
                .toList();
    }

    private void scale(ObjectView set, int replicas) throws InterruptedException {
        List<PodView> active = active(set);
        int missing = Math.min(replicas - active.size(), MOST_AT_ONCE);
        if (missing > 0) {
            SlowStart.run(missing, () -> create(set));
        } else if (missing < 0) {
            List<PodView> victims =
                    new ArrayList<>(PodRanking.victims(active, Math.min(-missing, MOST_AT_ONCE)));
            SlowStart.run(
                    victims.size(),
                    () -> {
                        PodView victim;
                        synchronized (victims) {
                            victim = victims.removeFirst();
                        }
                        delete(set, victim);
                    });
        }
    }

    private void create(ObjectView set) {
        ObjectNode pod = PodTemplate.pod(set);
        try {
            ObjectNode created = client.create(Kinds.PODS, pod);
            pods.written(created);
            String name = Fields.text(created, "metadata", "name");
            events.normal(set.json(), "SuccessfulCreate", "Created pod: " + name);
        } catch (StatusException e) {
            events.warning(set.json(), "FailedCreate", "Error creating: " + e.text());
            throw e;
        }
    }

    private void delete(ObjectView set, PodView pod) {
        deleted.add(pod.uid());
        try {
            client.delete(
                    Kinds.PODS,
                    pod.namespace(),
                    pod.name(),
                    DeleteOptions.DEFAULT.onlyUid(pod.uid()));
            events.normal(set.json(), "SuccessfulDelete", "Deleted pod: " + pod.name());
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 409) {
                deleted.remove(pod.uid());
                events.warning(set.json(), "FailedDelete", "Error deleting: " + e.text());
                throw e;
            }
        } finally {
            // Had the watch been faster than the answer, nobody else would tidy up.
            if (pods.get(pod.namespace(), pod.name())
                    .filter(p -> p.uid().equals(pod.uid()) && !p.terminating())
                    .isEmpty()) {
                deleted.remove(pod.uid());
            }
        }
    }

    private void writeStatus(ObjectView set, @Nullable RuntimeException failure) {
        List<PodView> active = active(set);
        Duration minReady =
                Duration.ofSeconds(Fields.number(set.json(), 0, "spec", "minReadySeconds"));
        Instant now = Instant.now();
        Optional<Instant> next = Optional.empty();
        int ready = 0;
        int available = 0;
        for (PodView pod : active) {
            Optional<Instant> at = PodRanking.availableAt(pod, minReady);
            ready += at.isPresent() ? 1 : 0;
            available += at.isPresent() && !at.get().isAfter(now) ? 1 : 0;
            if (at.isPresent() && at.get().isAfter(now)) {
                next = next.filter(n -> n.isBefore(at.get())).or(() -> at);
            }
        }
        ObjectNode status =
                set.json().get("status") instanceof ObjectNode old ? old.deepCopy() : Json.object();
        status.put("replicas", active.size());
        Counts.set(status, "fullyLabeledReplicas", fullyLabeled(set, active));
        Counts.set(status, "readyReplicas", ready);
        Counts.set(status, "availableReplicas", available);
        Counts.set(status, "observedGeneration", set.meta().generation());
        if (failure == null) {
            Conditions.remove(status, "ReplicaFailure");
        } else {
            String why = String.valueOf(failure.getMessage());
            Conditions.set(status, "ReplicaFailure", "True", "FailedCreate", why, false);
        }
        if (!status.equals(set.json().get("status"))) {
            ObjectNode copy = set.json().deepCopy();
            copy.set("status", status);
            replicaSets.written(client.updateStatus(Kinds.REPLICA_SETS, copy));
        }
        Key key = Key.of(set.meta());
        next.ifPresent(at -> queue.addAfter(key, Duration.between(now, at)));
    }

    private static long fullyLabeled(ObjectView set, List<PodView> active) {
        var labels = Fields.map(set.json(), "spec", "template", "metadata", "labels").entrySet();
        return active.stream().filter(p -> p.labels().entrySet().containsAll(labels)).count();
    }
}
