package io.biplane.controllers.workload;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Reason;
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
import io.biplane.controllers.workload.RollingUpdate.Member;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps a ReplicaSet for each Deployment's template, and rolls from one to the next. */
public final class DeploymentController implements Controller {
    private static final int WORKERS = 4;
    private static final Duration BATCH = Duration.ofMillis(10);

    private final ApiClient client;
    private final EventRecorder events;
    private final Informer<ObjectView> deployments;
    private final Informer<ObjectView> replicaSets;
    private final Index<ObjectView> setsByOwner;
    private final Index<ObjectView> deploymentsByNamespace;
    private final Index<PodView> podsByOwner;
    private final WorkQueue<Key> queue =
            new WorkQueue<>("deployment", WORKERS, BATCH, this::reconcile);

    /** A Deployment's ReplicaSets: that of its present template, if any, and the others by age. */
    private record Sets(Optional<ObjectView> newest, List<ObjectView> olds) {
        List<ObjectView> all() {
            List<ObjectView> all = new ArrayList<>(olds);
            newest.ifPresent(all::add);
            return all;
        }
    }

    public DeploymentController(ApiClient client, Informers informers, EventRecorder events) {
        this.client = client;
        this.events = events;
        this.deployments = informers.informer(ViewedKind.plain(Kinds.DEPLOYMENTS));
        this.replicaSets = informers.informer(ViewedKind.plain(Kinds.REPLICA_SETS));
        Informer<PodView> pods = informers.informer(ViewedKind.PODS);
        this.setsByOwner = replicaSets.index(set -> OwnerReferences.indexKey(set.meta()));
        this.deploymentsByNamespace = deployments.index(d -> List.of(d.namespace()));
        this.podsByOwner =
                pods.index(p -> p.meta().controller().map(Meta.Owner::uid).stream().toList());
        deployments.listen(this::deploymentChanged);
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

    private void deploymentChanged(@Nullable ObjectView before, @Nullable ObjectView after) {
        if (after != null) {
            queue.addAfter(Key.of(after.meta()), Duration.ZERO);
        }
    }

    private void setChanged(@Nullable ObjectView before, @Nullable ObjectView after) {
        if (before != null) {
            enqueueOwner(before);
        }
        if (after != null) {
            enqueueOwner(after);
        }
    }

    private void enqueueOwner(ObjectView set) {
        Optional<Meta.Owner> owner = set.meta().controller();
        if (owner.isPresent()) {
            if (owner.get().kind().equals(Kinds.DEPLOYMENTS.kind())) {
                queue.add(new Key(set.namespace(), owner.get().name()));
            }
        } else {
            deploymentsByNamespace.get(set.namespace()).stream()
                    .filter(d -> selector(d).selects(set.json()))
                    .forEach(d -> queue.add(Key.of(d.meta())));
        }
    }

    /** Only a Recreate rollout waits for pods to end; the ReplicaSets' status tells all else. */
    private void podChanged(@Nullable PodView before, @Nullable PodView after) {
        if (before != null && after == null) {
            before.meta()
                    .controller()
                    .flatMap(owner -> replicaSets.get(before.namespace(), owner.name()))
                    .ifPresent(this::enqueueOwner);
        }
    }

    private static LabelSelector selector(ObjectView deployment) {
        return LabelSelector.of(deployment.json().path("spec").path("selector"));
    }

    private void reconcile(Key key) {
        Optional<ObjectView> found = deployments.get(key);
        if (found.isEmpty()) {
            return;
        }
        ObjectView deployment = found.get();
        if (!deployment.meta().deleting()) {
            claim(deployment);
            Sets sets = sets(deployment);
            if (Fields.flag(deployment.json(), "spec", "paused")) {
                resizePaused(deployment, sets);
            } else if (isRecreate(deployment)) {
                recreate(deployment, sets);
            } else {
                roll(deployment, ensureNewest(deployment, sets, rolling(deployment)));
            }
            tidy(deployment, sets(deployment));
        }
        writeStatus(deployment);
    }

    private void claim(ObjectView deployment) {
        LabelSelector selector = selector(deployment);
        for (ObjectView set : setsByOwner.get("orphans/" + deployment.namespace())) {
            if (selector.selects(set.json()) && !set.meta().deleting()) {
                ObjectNode owner = OwnerReferences.controller(Kinds.DEPLOYMENTS, deployment.meta());
                write(OwnerReferences.adopted(set.json(), owner));
            }
        }
        for (ObjectView set : setsByOwner.get(deployment.uid())) {
            if (!selector.selects(set.json()) && !set.meta().deleting()) {
                write(OwnerReferences.released(set.json(), deployment.uid()));
            }
        }
    }

    private void write(ObjectNode set) {
        replicaSets.written(client.update(Kinds.REPLICA_SETS, set));
    }

    private Sets sets(ObjectView deployment) {
        ObjectNode template = template(deployment);
        List<ObjectView> sets = new ArrayList<>(setsByOwner.get(deployment.uid()));
        sets.removeIf(set -> set.meta().deleting());
        sets.sort(
                Comparator.comparing((ObjectView set) -> set.meta().created().orElse(Instant.MIN))
                        .thenComparing(ObjectView::name));
        Optional<ObjectView> newest =
                sets.stream().filter(set -> template(set).equals(template)).findFirst();
        newest.ifPresent(sets::remove);
        return new Sets(newest, sets);
    }

    private static ObjectNode template(ObjectView object) {
        return PodTemplate.withoutHash(object.json().path("spec").path("template"));
    }

    private static boolean isRecreate(ObjectView deployment) {
        return Fields.text(deployment.json(), "spec", "strategy", "type").equals("Recreate");
    }

    private static RollingUpdate rolling(ObjectView deployment) {
        int replicas = Fields.number(deployment.json(), 1, "spec", "replicas");
        if (isRecreate(deployment)) {
            return new RollingUpdate(replicas, 0, 0);
        }
        JsonNode spec = deployment.json().path("spec").path("strategy").path("rollingUpdate");
        return RollingUpdate.of(replicas, spec.get("maxSurge"), spec.get("maxUnavailable"));
    }

    /**
     * Makes the present template's ReplicaSet if there is none, and numbers it and the Deployment.
     */
    private Sets ensureNewest(ObjectView deployment, Sets sets, RollingUpdate rolling) {
        long revision = Revisions.next(sets.olds());
        int max = rolling.replicas() + rolling.maxSurge();
        if (sets.newest().isEmpty()) {
            int present = sets.olds().stream().mapToInt(DeploymentController::replicas).sum();
            create(deployment, revision, Math.clamp(max - present, 0, rolling.replicas()), max);
        } else {
            ObjectNode copy = sets.newest().get().json().deepCopy();
            long before = Revisions.of(sets.newest().get());
            Revisions.annotate(copy, deployment, Math.max(before, revision), max);
            if (!copy.equals(sets.newest().get().json())) {
                write(copy);
            }
        }
        Sets after = sets(deployment);
        long number = after.newest().map(Revisions::of).orElse(revision);
        if (Revisions.of(deployment) != number) {
            ObjectNode copy = deployment.json().deepCopy();
            Json.child(Json.child(copy, "metadata"), "annotations")
                    .put(Revisions.REVISION, Long.toString(number));
            deployments.written(client.update(Kinds.DEPLOYMENTS, copy));
        }
        return after;
    }

    private void create(ObjectView deployment, long revision, int replicas, int max) {
        int collisions = Fields.number(deployment.json(), 0, "status", "collisionCount");
        ObjectNode template = template(deployment);
        String hash = PodTemplate.hash(template, collisions);
        String name = deployment.name() + "-" + hash;
        try {
            ObjectNode set = newSet(deployment, template, name, hash, replicas);
            Revisions.annotate(set, deployment, revision, max);
            replicaSets.written(client.create(Kinds.REPLICA_SETS, set));
            tellScaled(deployment, name, 0, replicas);
        } catch (StatusException e) {
            if (e.reason() != Reason.ALREADY_EXISTS) {
                throw e;
            }
            ObjectNode present = client.get(Kinds.REPLICA_SETS, deployment.namespace(), name);
            ObjectView view = ObjectView.of(present);
            boolean ours =
                    view.meta()
                            .controller()
                            .filter(o -> o.uid().equals(deployment.uid()))
                            .isPresent();
            if (ours && template(view).equals(template)) {
                replicaSets.written(present); // made just before; the informer lags behind
                return;
            }
            ObjectNode copy = deployment.json().deepCopy();
            Json.child(copy, "status").put("collisionCount", collisions + 1);
            deployments.written(client.updateStatus(Kinds.DEPLOYMENTS, copy));
            throw e;
        }
    }

    private static ObjectNode newSet(
            ObjectView deployment, ObjectNode template, String name, String hash, int replicas) {
        ObjectNode set = Json.object();
        set.put("apiVersion", Kinds.REPLICA_SETS.apiVersion());
        set.put("kind", Kinds.REPLICA_SETS.kind());
        ObjectNode meta = set.putObject("metadata");
        meta.put("name", name).put("namespace", deployment.namespace());
        ObjectNode labelled = template.deepCopy();
        ObjectNode labels = Json.child(Json.child(labelled, "metadata"), "labels");
        labels.put(PodTemplate.HASH_LABEL, hash);
        meta.set("labels", labels.deepCopy());
        meta.putArray("ownerReferences")
                .add(OwnerReferences.controller(Kinds.DEPLOYMENTS, deployment.meta()));
        ObjectNode spec = set.putObject("spec").put("replicas", replicas);
        int minReady = Fields.number(deployment.json(), 0, "spec", "minReadySeconds");
        if (minReady > 0) {
            spec.put("minReadySeconds", minReady);
        }
        ObjectNode selector =
                (ObjectNode) deployment.json().path("spec").path("selector").deepCopy();
        Json.child(selector, "matchLabels").put(PodTemplate.HASH_LABEL, hash);
        spec.set("selector", selector);
        spec.set("template", labelled);
        return set;
    }

    private void roll(ObjectView deployment, Sets sets) {
        if (sets.newest().isEmpty()) {
            return; // the status tells
        }
        Map<String, Integer> step =
                rolling(deployment)
                        .step(
                                member(sets.newest().get()),
                                sets.olds().stream().map(DeploymentController::member).toList());
        for (ObjectView set : sets.all()) {
            resize(deployment, set, step.getOrDefault(set.name(), replicas(set)));
        }
    }

    private static Member member(ObjectView set) {
        return new Member(
                set.name(),
                replicas(set),
                Fields.number(set.json(), 0, "status", "availableReplicas"));
    }

    private static int replicas(ObjectView set) {
        return Fields.number(set.json(), 1, "spec", "replicas");
    }

    private void recreate(ObjectView deployment, Sets sets) {
        sets.olds().forEach(set -> resize(deployment, set, 0));
        boolean gone =
                sets.olds().stream()
                        .flatMap(set -> podsByOwner.get(set.uid()).stream())
                        .allMatch(PodView::terminal);
        if (gone) {
            RollingUpdate rolling = rolling(deployment);
            ensureNewest(deployment, sets, rolling)
                    .newest()
                    .ifPresent(set -> resize(deployment, set, rolling.replicas()));
        }
    }

    /** A paused Deployment still follows its number of replicas, in the set that has most pods. */
    private void resizePaused(ObjectView deployment, Sets sets) {
        List<ObjectView> all = sets.all();
        int others = all.stream().mapToInt(DeploymentController::replicas).sum();
        int wanted = Fields.number(deployment.json(), 1, "spec", "replicas");
        all.stream()
                .max(Comparator.comparingInt(DeploymentController::replicas))
                .ifPresent(set ->
                        resize(deployment, set, Math.max(0, wanted - (others - replicas(set)))));
    }

    private void resize(ObjectView deployment, ObjectView set, int replicas) {
        int before = replicas(set);
        if (before == replicas) {
            return;
        }
        RollingUpdate rolling = rolling(deployment);
        ObjectView fresh = replicaSets.get(Key.of(set.meta())).orElse(set);
        ObjectNode copy = fresh.json().deepCopy();
        Json.child(copy, "spec").put("replicas", replicas);
        Revisions.size(copy, rolling.replicas(), rolling.replicas() + rolling.maxSurge());
        write(copy);
        tellScaled(deployment, set.name(), before, replicas);
    }

    private void tellScaled(ObjectView deployment, String set, int from, int to) {
        if (from != to) {
            events.normal(
                    deployment.json(),
                    "ScalingReplicaSet",
                    "Scaled %s replica set %s from %d to %d"
                            .formatted(to > from ? "up" : "down", set, from, to));
        }
    }

    /** Deletes empty ReplicaSets beyond the number that is kept for going back. */
    private void tidy(ObjectView deployment, Sets sets) {
        int kept = Fields.number(deployment.json(), 10, "spec", "revisionHistoryLimit");
        List<ObjectView> empty =
                sets.olds().stream()
                        .filter(set -> replicas(set) == 0)
                        .filter(set -> Fields.number(set.json(), 0, "status", "replicas") == 0)
                        .sorted(Comparator.comparingLong(Revisions::of))
                        .toList();
        for (ObjectView set : empty.subList(0, Math.max(0, empty.size() - kept))) {
            client.delete(
                    Kinds.REPLICA_SETS,
                    set.namespace(),
                    set.name(),
                    DeleteOptions.DEFAULT.onlyUid(set.uid()));
        }
    }

    private void writeStatus(ObjectView stale) {
        Key key = Key.of(stale.meta());
        Optional<ObjectView> fresh = deployments.get(key);
        if (fresh.isEmpty()) {
            return;
        }
        ObjectView deployment = fresh.get();
        Sets sets = sets(deployment);
        RollingUpdate rolling = rolling(deployment);
        ObjectNode status =
                DeploymentStatus.compute(
                        deployment,
                        sets.newest().orElse(null),
                        sets.all(),
                        rolling.maxUnavailable());
        if (!status.equals(deployment.json().get("status"))) {
            ObjectNode copy = deployment.json().deepCopy();
            copy.set("status", status);
            deployments.written(client.updateStatus(Kinds.DEPLOYMENTS, copy));
        }
        DeploymentStatus.deadline(deployment, status)
                .ifPresent(at ->
                        queue.addAfter(key, Duration.between(Instant.now(), at).plusSeconds(1)));
    }
}
