package io.biplane.controllers.namespace;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.registry.Kind;
import io.biplane.api.registry.KindRegistry;
import io.biplane.api.view.ObjectView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.ApiClient;
import io.biplane.client.DeleteOptions;
import io.biplane.client.ListOptions;
import io.biplane.client.Propagation;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.client.queue.WorkQueue;
import io.biplane.controllers.controller.Controller;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Empties Namespaces that are being deleted, then lets them go. */
public final class NamespaceController implements Controller {
    private static final int WORKERS = 4;
    private static final String FINALIZER = "kubernetes";

    /** Pods take their time to end; what is left is looked at again after this. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final KindRegistry kinds;
    private final ApiClient client;
    private final Informer<ObjectView> namespaces;
    private final WorkQueue<String> queue = new WorkQueue<>("namespace", WORKERS, this::reconcile);

    public NamespaceController(KindRegistry kinds, ApiClient client, Informers informers) {
        this.kinds = kinds;
        this.client = client;
        this.namespaces = informers.informer(ViewedKind.plain(Kinds.NAMESPACES));
        namespaces.listen(this::changed);
    }

    @Override
    public void start() {
        queue.start();
    }

    @Override
    public void close() {
        queue.close();
    }

    private void changed(@Nullable ObjectView before, @Nullable ObjectView after) {
        if (after != null && after.meta().deleting()) {
            queue.add(after.name());
        }
    }

    private void reconcile(String name) {
        Optional<ObjectView> namespace =
                namespaces.get(null, name).filter(n -> n.meta().deleting());
        if (namespace.isEmpty()) {
            return;
        }
        int left = 0;
        for (Kind kind : kinds.current().kinds()) {
            if (kind.resource().namespaced()) {
                left += empty(kind.resource(), name);
            }
        }
        if (left > 0) {
            queue.addAfter(name, LOOK_AGAIN);
        } else {
            release(namespace.get());
        }
    }

    /** Deletes all objects of a kind; returns how many there were. */
    private int empty(Resource resource, String namespace) {
        List<ObjectNode> objects = client.items(resource, namespace, ListOptions.ALL);
        boolean untouched =
                objects.stream()
                        .anyMatch(o -> Fields.text(o, "metadata", "deletionTimestamp").isEmpty());
        if (untouched) {
            client.deleteCollection(
                    resource,
                    namespace,
                    ListOptions.ALL,
                    DeleteOptions.DEFAULT.with(Propagation.BACKGROUND));
        }
        return objects.size();
    }

    private void release(ObjectView namespace) {
        ObjectNode copy = namespace.json().deepCopy();
        ArrayNode kept = Json.array();
        Fields.texts(copy, "spec", "finalizers").stream()
                .filter(finalizer -> !finalizer.equals(FINALIZER))
                .forEach(kept::add);
        Json.child(copy, "spec").set("finalizers", kept);
        try {
            client.updateSubresource(Kinds.NAMESPACES, copy, "finalize");
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }
}
