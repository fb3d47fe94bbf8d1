package io.biplane.controllers.gc;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.registry.Kind;
import io.biplane.api.registry.KindRegistry;
import io.biplane.api.registry.KindSet;
import io.biplane.api.view.Meta;
import io.biplane.api.view.ObjectView;
import io.biplane.api.view.Viewed;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.ApiClient;
import io.biplane.client.DeleteOptions;
import io.biplane.client.ListOptions;
import io.biplane.client.Propagation;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.client.queue.WorkQueue;
import io.biplane.controllers.controller.Controller;
import io.biplane.controllers.controller.OwnerReferences;
import io.biplane.controllers.gc.OwnerGraph.Item;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Deletes what has lost its owners. That an owner has gone is believed only when the API server
 * says so, as the watches of two kinds are not in step.
 */
public final class GarbageCollector implements Controller {
    private static final int WORKERS = 16;
    private static final int REMEMBERED = 1024;
    private static final String ORPHAN = "orphan";
    private static final String FOREGROUND = "foregroundDeletion";

    private final KindRegistry kinds;
    private final ApiClient client;
    private final OwnerGraph graph = new OwnerGraph();
    private final WorkQueue<String> queue = new WorkQueue<>("gc", WORKERS, this::reconcile);

    /** Uids that the API server has said do not exist. Uids are never used again. */
    private final Map<String, Boolean> absent =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > REMEMBERED;
                }
            };

    public GarbageCollector(KindRegistry kinds, ApiClient client, Informers informers) {
        this.kinds = kinds;
        this.client = client;
        for (Resource resource : collected(kinds.current())) {
            listen(informers.informer(ViewedKind.of(resource)), resource);
        }
    }

    /** All kinds but those whose objects go by themselves (Events). */
    private static List<Resource> collected(KindSet kinds) {
        return kinds.kinds().stream().filter(kind -> !kind.expires()).map(Kind::resource).toList();
    }

    private void listen(Informer<? extends Viewed> informer, Resource resource) {
        informer.listen((before, after) ->
                changed(
                        resource,
                        before == null ? null : before.meta(),
                        after == null ? null : after.meta()));
    }

    @Override
    public void start() {
        queue.start();
    }

    @Override
    public void close() {
        queue.close();
    }

    private void changed(Resource resource, @Nullable Meta before, @Nullable Meta after) {
        if (before != null && (after == null || !before.uid().equals(after.uid()))) {
            graph.remove(before.uid());
            graph.dependents(before.uid()).forEach(item -> queue.add(item.uid()));
            before.owners().forEach(owner -> queue.add(owner.uid()));
        }
        if (after == null) {
            return;
        }
        boolean same =
                before != null
                        && before.uid().equals(after.uid())
                        && before.owners().equals(after.owners())
                        && before.deleting() == after.deleting()
                        && before.finalizers().equals(after.finalizers());
        if (!same) {
            graph.put(new Item(resource, after));
            if (!after.owners().isEmpty() || after.deleting()) {
                queue.add(after.uid());
            }
        }
    }

    private void reconcile(String uid) {
        Optional<Item> found = graph.get(uid);
        if (found.isEmpty()) {
            return;
        }
        Item item = found.get();
        if (!item.meta().deleting()) {
            collect(item);
        } else if (item.meta().finalizers().contains(ORPHAN)) {
            dependents(item).forEach(dependent -> release(dependent, List.of(uid)));
            removeFinalizer(item, ORPHAN);
        } else if (item.meta().finalizers().contains(FOREGROUND)) {
            waitForDependents(item);
        }
    }

    /**
     * What an object owns as the API server has it: one that the watches have not shown yet would
     * keep its reference, and be deleted for it when the owner has gone.
     */
    private List<Item> dependents(Item owner) {
        List<Item> found = new ArrayList<>();
        for (Resource resource : collected(kinds.current())) {
            String namespace = resource.namespaced() ? namespace(owner) : null;
            client.items(resource, namespace, ListOptions.ALL).stream()
                    .map(object -> item(resource, object))
                    .filter(item ->
                            item.meta().owners().stream()
                                    .anyMatch(o -> o.uid().equals(owner.uid())))
                    .forEach(found::add);
        }
        return found;
    }

    private void waitForDependents(Item owner) {
        List<Item> known = graph.dependents(owner.uid());
        known.forEach(dependent -> queue.add(dependent.uid()));
        // Where none is known, one that is not known yet shall block, too: it comes with its watch.
        if (!isBlocked(owner, known) && !isBlocked(owner, dependents(owner))) {
            removeFinalizer(owner, FOREGROUND);
        }
    }

    private static boolean isBlocked(Item owner, List<Item> dependents) {
        return dependents.stream()
                .flatMap(dependent -> dependent.meta().owners().stream())
                .anyMatch(o -> o.uid().equals(owner.uid()) && o.blockOwnerDeletion());
    }

    /**
     * The owners of an object that no longer keep it.
     *
     * @param gone that the API server does not have
     * @param going that are being deleted and wait for what they own
     * @param keeping how many others there are
     */
    private record Lost(List<Meta.Owner> gone, List<Meta.Owner> going, int keeping) {
        boolean isNone() {
            return gone.isEmpty() && going.isEmpty();
        }
    }

    private Lost lost(Item item) {
        List<Meta.Owner> owners = item.meta().owners();
        List<Meta.Owner> gone = owners.stream().filter(owner -> isGone(item, owner)).toList();
        List<Meta.Owner> going = owners.stream().filter(this::isGoing).toList();
        return new Lost(gone, going, owners.size() - gone.size() - going.size());
    }

    /**
     * Deletes an object that no owner keeps. Whom it belongs to is read anew: an orphan may have
     * been set free, and the watch that tells so be behind the one that tells of its owner's end.
     */
    private void collect(Item known) {
        if (lost(known).isNone()) {
            return;
        }
        fresh(known).ifPresent(object -> collect(item(known.resource(), object), object));
    }

    private void collect(Item item, ObjectNode object) {
        Lost lost = lost(item);
        if (item.meta().deleting() || lost.isNone()) {
            return;
        }
        if (lost.keeping() > 0) {
            if (!lost.gone().isEmpty()) {
                release(
                        item.resource(),
                        object,
                        lost.gone().stream().map(Meta.Owner::uid).toList());
            }
        } else if (!lost.going().isEmpty()) {
            boolean ownsMore = !graph.dependents(item.uid()).isEmpty();
            delete(item, ownsMore ? Propagation.FOREGROUND : Propagation.BACKGROUND);
        } else {
            delete(item, Propagation.BACKGROUND);
        }
    }

    private static Item item(Resource resource, ObjectNode object) {
        return new Item(resource, ObjectView.of(object).meta());
    }

    /** Whether an owner is being deleted and waits for what it owns. */
    private boolean isGoing(Meta.Owner owner) {
        return graph.get(owner.uid())
                .map(Item::meta)
                .filter(meta -> meta.deleting() && meta.finalizers().contains(FOREGROUND))
                .isPresent();
    }

    private boolean isGone(Item item, Meta.Owner owner) {
        if (graph.get(owner.uid()).isPresent()) {
            return false;
        }
        synchronized (absent) {
            if (absent.containsKey(owner.uid())) {
                return true;
            }
        }
        Optional<Resource> resource = kinds.current().ofKind(owner.apiVersion(), owner.kind());
        if (resource.isEmpty()) {
            return false; // a kind that is not served here may well exist elsewhere
        }
        String namespace = resource.get().namespaced() ? item.meta().namespace() : null;
        boolean there =
                client.find(resource.get(), namespace, owner.name())
                        .filter(o -> Fields.text(o, "metadata", "uid").equals(owner.uid()))
                        .isPresent();
        if (!there) {
            synchronized (absent) {
                absent.put(owner.uid(), true);
            }
        }
        return !there;
    }

    private void delete(Item item, Propagation propagation) {
        try {
            client.delete(
                    item.resource(),
                    namespace(item),
                    item.meta().name(),
                    DeleteOptions.DEFAULT
                            .with(propagation)
                            .onlyUid(item.uid())
                            .onlyVersion(item.meta().resourceVersion()));
        } catch (StatusException e) {
            if (e.code() == 409) {
                queue.add(item.uid()); // it has changed since it was read
            } else if (e.code() != 404) {
                throw e;
            }
        }
    }

    private void release(Item item, List<String> owners) {
        fresh(item).ifPresent(object -> release(item.resource(), object, owners));
    }

    private void release(Resource resource, ObjectNode object, List<String> owners) {
        ObjectNode copy = object;
        for (String owner : owners) {
            copy = OwnerReferences.released(copy, owner);
        }
        if (!copy.equals(object)) {
            client.update(resource, copy);
        }
    }

    private void removeFinalizer(Item item, String finalizer) {
        fresh(item)
                .filter(object ->
                        Fields.texts(object, "metadata", "finalizers").contains(finalizer))
                .ifPresent(object -> {
                    ArrayNode kept = Json.array();
                    Fields.texts(object, "metadata", "finalizers").stream()
                            .filter(f -> !f.equals(finalizer))
                            .forEach(kept::add);
                    Json.child(object, "metadata").set("finalizers", kept);
                    client.update(item.resource(), object);
                });
    }

    private Optional<ObjectNode> fresh(Item item) {
        return client.find(item.resource(), namespace(item), item.meta().name())
                .filter(object -> Fields.text(object, "metadata", "uid").equals(item.uid()));
    }

    private static @Nullable String namespace(Item item) {
        return item.meta().namespace().isEmpty() ? null : item.meta().namespace();
    }
}
