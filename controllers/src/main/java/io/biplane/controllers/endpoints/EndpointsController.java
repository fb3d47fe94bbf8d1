package io.biplane.controllers.endpoints;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.ObjectView;
import io.biplane.api.view.ServiceView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.ApiClient;
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
import java.util.concurrent.ConcurrentHashMap;

/** Keeps the Endpoints object of every Service that has a selector. */
public final class EndpointsController implements Controller {
    private static final int WORKERS = 5;

    /** The object holds all endpoints: every write of it is a big one. */
    private static final Duration BATCH = Duration.ofMillis(50);

    private static final String MANAGED_BY = "endpoints.kubernetes.io/managed-by";
    private static final String OURS = "endpoint-controller";
    private static final String HEADLESS = "service.kubernetes.io/headless";
    private static final String TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time";
    private static final String CAPACITY = "endpoints.kubernetes.io/over-capacity";

    private final ApiClient client;
    private final Informer<ServiceView> services;
    private final Informer<ObjectView> endpoints;
    private final SelectedPods selected;
    private final Map<Key, Instant> triggers = new ConcurrentHashMap<>();
    private final WorkQueue<Key> queue =
            new WorkQueue<>("endpoints", WORKERS, BATCH, this::reconcile);

    public EndpointsController(ApiClient client, Informers informers) {
        this.client = client;
        this.services = informers.informer(ViewedKind.SERVICES);
        this.endpoints = informers.informer(ViewedKind.plain(Kinds.ENDPOINTS));
        this.selected = new SelectedPods(informers);
        selected.listen(this::touched);
        endpoints.listen(this::endpointsChanged);
    }

    @Override
    public void start() {
        queue.start();
    }

    @Override
    public void close() {
        queue.close();
    }

    private void touched(Key service) {
        triggers.putIfAbsent(service, Instant.now());
        queue.add(service);
    }

    private void endpointsChanged(@Nullable ObjectView before, @Nullable ObjectView after) {
        ObjectView object = after == null ? before : after;
        if (object != null && OURS.equals(object.meta().labels().get(MANAGED_BY))) {
            queue.add(Key.of(object.meta()));
        }
    }

    private void reconcile(Key key) {
        Instant trigger = Optional.ofNullable(triggers.remove(key)).orElseGet(Instant::now);
        Optional<ObjectView> present = endpoints.get(key);
        Optional<ServiceView> service = services.get(key);
        if (service.isEmpty()) {
            if (present.filter(e -> OURS.equals(e.meta().labels().get(MANAGED_BY))).isPresent()) {
                delete(key);
            }
            return;
        }
        if (service.get().selector().isEmpty()
                || service.get().isExternalName()
                || service.get().meta().deleting()) {
            return;
        }
        write(service.get(), present, trigger);
    }

    private void write(ServiceView service, Optional<ObjectView> present, Instant trigger) {
        EndpointSubsets subsets = EndpointSubsets.of(service, selected.of(service));
        ObjectNode after = present.map(e -> e.json().deepCopy()).orElseGet(() -> fresh(service));
        if (subsets.json().isEmpty()) {
            after.remove("subsets");
        } else {
            after.set("subsets", subsets.json());
        }
        ObjectNode meta = Json.child(after, "metadata");
        meta.set("labels", labels(service));
        ObjectNode annotations = Json.child(meta, "annotations");
        if (subsets.overCapacity()) {
            annotations.put(CAPACITY, "truncated");
        } else {
            annotations.remove(CAPACITY);
        }
        if (annotations.isEmpty()) {
            meta.remove("annotations");
        }
        if (present.isPresent() && after.equals(withoutEmpty(present.get().json()))) {
            return;
        }
        Json.child(meta, "annotations").put(TRIGGER, trigger.toString());
        endpoints.written(
                present.isPresent()
                        ? client.update(Kinds.ENDPOINTS, after)
                        : client.create(Kinds.ENDPOINTS, after));
    }

    /** Servers may keep an empty list or leave it out. */
    private static ObjectNode withoutEmpty(ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        if (Fields.list(copy, "subsets").isEmpty()) {
            copy.remove("subsets");
        }
        return copy;
    }

    private static ObjectNode fresh(ServiceView service) {
        ObjectNode object = Json.object();
        object.put("apiVersion", "v1").put("kind", Kinds.ENDPOINTS.kind());
        object.putObject("metadata")
                .put("name", service.name())
                .put("namespace", service.namespace());
        return object;
    }

    private static ObjectNode labels(ServiceView service) {
        ObjectNode labels = Json.object();
        service.meta().labels().forEach(labels::put);
        labels.remove(HEADLESS);
        labels.put(MANAGED_BY, OURS);
        return service.clusterIps().isEmpty() ? labels.put(HEADLESS, "") : labels;
    }

    private void delete(Key key) {
        try {
            client.delete(Kinds.ENDPOINTS, key.namespace(), key.name());
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }
}
