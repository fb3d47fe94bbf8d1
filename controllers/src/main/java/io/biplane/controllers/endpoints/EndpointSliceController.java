package io.biplane.controllers.endpoints;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.EndpointSliceView;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ServiceView;
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
import io.biplane.netip.IpFamily;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps the EndpointSlices of every Service that has a selector. */
public final class EndpointSliceController implements Controller {
    private static final int WORKERS = 5;

    /** Pods become ready in bursts; a slice is written once for each burst. */
    private static final Duration BATCH = Duration.ofMillis(30);

    private static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
    private static final String OURS = "endpointslice-controller.k8s.io";
    private static final String HEADLESS = "service.kubernetes.io/headless";
    private static final String TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time";

    private final ApiClient client;
    private final EventRecorder events;
    private final int maxPerSlice;
    private final Informer<ServiceView> services;
    private final Informer<NodeView> nodes;
    private final Informer<EndpointSliceView> slices;
    private final Index<EndpointSliceView> slicesByService;
    private final Index<PodView> podsByNode;
    private final SelectedPods selected;
    private final Map<Key, Instant> triggers = new ConcurrentHashMap<>();
    private final WorkQueue<Key> queue =
            new WorkQueue<>("endpointslice", WORKERS, BATCH, this::reconcile);
    private final WorkQueue<String> changedNodes =
            new WorkQueue<>("endpointslice-nodes", 1, this::queueServicesOf);

    /**
     * @param maxPerSlice endpoints in a slice, 1 to 1000
     */
    public EndpointSliceController(
            int maxPerSlice, ApiClient client, Informers informers, EventRecorder events) {
        this.client = client;
        this.events = events;
        this.maxPerSlice = maxPerSlice;
        this.services = informers.informer(ViewedKind.SERVICES);
        this.nodes = informers.informer(ViewedKind.NODES);
        this.slices = informers.informer(ViewedKind.ENDPOINT_SLICES);
        this.slicesByService =
                slices.index(
                        s -> isOurs(s) ? List.of(s.namespace() + "/" + s.service()) : List.of());
        this.podsByNode =
                informers
                        .informer(ViewedKind.PODS)
                        .index(pod ->
                                pod.nodeName().isEmpty() ? List.of() : List.of(pod.nodeName()));
        this.selected = new SelectedPods(informers);
        selected.listen(this::touched);
        slices.listen(this::sliceChanged);
        nodes.listen(this::nodeChanged);
    }

    @Override
    public void start() {
        queue.start();
        changedNodes.start();
    }

    @Override
    public void close() {
        changedNodes.close();
        queue.close();
    }

    /** How many Services are looked at now or soon. */
    int queued() {
        return queue.size();
    }

    private void touched(Key service) {
        triggers.putIfAbsent(service, Instant.now());
        queue.add(service);
    }

    /** Someone else changed or deleted a slice of ours. */
    private void sliceChanged(
            @Nullable EndpointSliceView before, @Nullable EndpointSliceView after) {
        EndpointSliceView slice = after == null ? before : after;
        if (slice != null && isOurs(slice)) {
            queue.add(new Key(slice.namespace(), slice.service()));
        }
    }

    /** Under the informer's lock: what depends on the node is looked up by a worker. */
    private void nodeChanged(@Nullable NodeView before, @Nullable NodeView after) {
        if (after != null
                && (before == null
                        || !ServiceEndpoints.zone(before).equals(ServiceEndpoints.zone(after)))) {
            changedNodes.add(after.name());
        }
    }

    /** A zone is part of every endpoint on the node; a pod whose Node is unknown is none. */
    private void queueServicesOf(String node) {
        for (PodView pod : podsByNode.get(node)) {
            selected.servicesOf(pod).forEach(queue::add);
        }
    }

    private static boolean isOurs(EndpointSliceView slice) {
        return OURS.equals(slice.labels().get(MANAGED_BY)) && !slice.service().isEmpty();
    }

    private void reconcile(Key key) {
        Instant trigger = Optional.ofNullable(triggers.remove(key)).orElseGet(Instant::now);
        List<EndpointSliceView> present = slicesByService.get(key.toString());
        Optional<ServiceView> service =
                services.get(key).filter(s -> !s.selector().isEmpty() && !s.isExternalName());
        if (service.isEmpty()) {
            // A selector that was taken away leaves its last endpoints to whoever keeps them now.
            if (services.get(key).filter(s -> !s.isExternalName()).isEmpty()) {
                present.forEach(this::delete);
            }
            return;
        }
        if (service.get().meta().deleting()) {
            return;
        }
        try {
            reconcile(service.get(), present, trigger);
        } catch (StatusException e) {
            if (e.code() != 409 && e.code() != 404) {
                events.warning(
                        service.get().json(),
                        "FailedToUpdateEndpointSlices",
                        "Error updating Endpoint Slices for Service %s: %s"
                                .formatted(key, e.text()));
            }
            throw e;
        }
    }

    private void reconcile(ServiceView service, List<EndpointSliceView> present, Instant trigger) {
        ServiceEndpoints wanted =
                ServiceEndpoints.of(service, selected.of(service), name -> nodes.get(null, name));
        List<EndpointSliceView> own = present.stream().filter(s -> belongsTo(s, service)).toList();
        Set<String> kept = new HashSet<>();
        List<Runnable> creations = new ArrayList<>();
        wanted.byFamily()
                .forEach((family, groups) -> {
                    List<EndpointSliceView> ofFamily =
                            own.stream()
                                    .filter(s -> s.family().equals(Optional.of(family)))
                                    .toList();
                    for (SlicePacking.Slice slice :
                            SlicePacking.pack(groups, ofFamily, maxPerSlice)) {
                        slice.present().ifPresent(s -> kept.add(s.name()));
                        creations.add(() -> write(service, family, slice, trigger));
                    }
                });
        creations.forEach(Runnable::run);
        present.stream().filter(s -> !kept.contains(s.name())).forEach(this::delete);
        if (!wanted.unknownNodes().isEmpty()) {
            throw new IllegalStateException(
                    "nodes of pods are unknown: " + Set.copyOf(wanted.unknownNodes()));
        }
    }

    private static boolean belongsTo(EndpointSliceView slice, ServiceView service) {
        return slice.meta()
                .controller()
                .filter(owner -> owner.uid().equals(service.uid()))
                .isPresent();
    }

    private void write(
            ServiceView service, IpFamily family, SlicePacking.Slice slice, Instant trigger) {
        ObjectNode before =
                slice.present()
                        .map(EndpointSliceView::json)
                        .orElseGet(() -> fresh(service, family));
        ObjectNode after = before.deepCopy();
        after.set("endpoints", slice.endpointsJson());
        after.set("ports", slice.portsJson());
        Json.child(after, "metadata").set("labels", labels(service));
        boolean isNew = slice.present().isEmpty();
        if (!isNew && after.equals(withLists(before))) {
            return;
        }
        Json.child(Json.child(after, "metadata"), "annotations").put(TRIGGER, trigger.toString());
        slices.written(
                isNew
                        ? client.create(Kinds.ENDPOINT_SLICES, after)
                        : client.update(Kinds.ENDPOINT_SLICES, after));
    }

    /** Servers may leave empty lists out. */
    private static ObjectNode withLists(ObjectNode slice) {
        ObjectNode copy = slice.deepCopy();
        for (String list : new String[] {"endpoints", "ports"}) {
            if (Fields.find(copy, list) == null) {
                copy.putArray(list);
            }
        }
        return copy;
    }

    private static ObjectNode fresh(ServiceView service, IpFamily family) {
        ObjectNode slice = Json.object();
        slice.put("apiVersion", Kinds.ENDPOINT_SLICES.apiVersion());
        slice.put("kind", Kinds.ENDPOINT_SLICES.kind());
        ObjectNode meta = slice.putObject("metadata");
        meta.put("generateName", service.name() + "-").put("namespace", service.namespace());
        meta.putArray("ownerReferences")
                .add(OwnerReferences.controller(Kinds.SERVICES, service.meta()));
        return slice.put("addressType", family.apiName());
    }

    private static ObjectNode labels(ServiceView service) {
        ObjectNode labels = Json.object();
        service.meta().labels().forEach(labels::put);
        labels.remove(HEADLESS);
        labels.put(EndpointSliceView.SERVICE_LABEL, service.name()).put(MANAGED_BY, OURS);
        return service.clusterIps().isEmpty() ? labels.put(HEADLESS, "") : labels;
    }

    private void delete(EndpointSliceView slice) {
        try {
            client.delete(
                    Kinds.ENDPOINT_SLICES,
                    slice.namespace(),
                    slice.name(),
                    DeleteOptions.DEFAULT.onlyUid(slice.meta().uid()));
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 409) {
                throw e;
            }
        }
    }
}
