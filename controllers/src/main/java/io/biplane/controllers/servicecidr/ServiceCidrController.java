package io.biplane.controllers.servicecidr;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.Times;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.ObjectView;
import io.biplane.api.view.ServiceCidrView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.ApiClient;
import io.biplane.client.ListOptions;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.client.queue.WorkQueue;
import io.biplane.controllers.controller.Controller;
import io.biplane.netip.Addr;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Gives every ServiceCIDR its finalizer and its condition. One that is deleted stays while some
 * IPAddress lies in it that no other ServiceCIDR covers, of those that are not being deleted.
 *
 * <p>Upstream waits ten seconds before it lets one go, since its API server may still take an
 * address out of it. Ours takes none once the deletion is stored; what was taken before, a list
 * that is read after that shows.
 */
public final class ServiceCidrController implements Controller {
    private static final String IN_USE =
            "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR";

    /** Many addresses go at once when a namespace does, and each look goes through all. */
    private static final Duration BURST = Duration.ofMillis(50);

    private final ApiClient client;
    private final Informer<ServiceCidrView> ranges;
    private final Informer<ObjectView> addresses;

    // One worker: a look at all addresses need not be had twice at once.
    private final WorkQueue<String> queue =
            new WorkQueue<>("service-cidr", 1, BURST, this::reconcile);

    public ServiceCidrController(ApiClient client, Informers informers) {
        this.client = client;
        this.ranges = informers.informer(ViewedKind.SERVICE_CIDRS);
        this.addresses = informers.informer(ViewedKind.plain(Kinds.IP_ADDRESSES));
        ranges.listen(this::rangeChanged);
        addresses.listen(this::addressChanged);
    }

    @Override
    public void start() {
        queue.start();
    }

    @Override
    public void close() {
        queue.close();
    }

    private void rangeChanged(@Nullable ServiceCidrView before, @Nullable ServiceCidrView after) {
        if (after != null) {
            queue.add(after.name());
        }
        // Another range may now cover what one that is going still holds.
        addDeleted();
    }

    private void addressChanged(@Nullable ObjectView before, @Nullable ObjectView after) {
        if (after == null) {
            addDeleted();
        }
    }

    private void addDeleted() {
        ranges.list().stream()
                .filter(range -> range.meta().deleting())
                .forEach(range -> queue.add(range.name()));
    }

    private void reconcile(String name) {
        Optional<ServiceCidrView> found = ranges.get(null, name);
        if (found.isEmpty()) {
            return;
        }
        ServiceCidrView range = found.get();
        boolean held = range.meta().finalizers().contains(ServiceCidrView.FINALIZER);
        try {
            if (!range.meta().deleting()) {
                if (!held) {
                    write(withFinalizer(range));
                } else if (!range.ready().equals(Optional.of("True"))) {
                    writeReady(range, "True", "", "Kubernetes Service CIDR is ready");
                }
            } else if (held) {
                if (isNeeded(range)) {
                    if (!range.ready().equals(Optional.of("False"))) {
                        writeReady(range, "False", ServiceCidrView.TERMINATING, IN_USE);
                    }
                } else {
                    write(withoutFinalizer(range));
                }
            }
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }

    /** The informers are asked first: they cost nothing, and what they show is there or was. */
    private boolean isNeeded(ServiceCidrView range) {
        return isNeeded(
                        range,
                        ranges.list(),
                        addresses.list().stream().map(address -> address.meta().name()))
                || isNeeded(
                        range,
                        items(Kinds.SERVICE_CIDRS).stream().map(ServiceCidrView::of).toList(),
                        items(Kinds.IP_ADDRESSES).stream()
                                .map(address -> Fields.text(address, "metadata", "name")));
    }

    private List<ObjectNode> items(Resource resource) {
        return client.items(resource, null, ListOptions.ALL);
    }

    private static boolean isNeeded(
            ServiceCidrView range, Collection<ServiceCidrView> all, Stream<String> addresses) {
        List<ServiceCidrView> staying = all.stream().filter(r -> !r.meta().deleting()).toList();
        return addresses
                .flatMap(name -> Fields.addr(name).stream())
                .filter(range::covers)
                .anyMatch(addr -> isOnlyIn(addr, staying));
    }

    private static boolean isOnlyIn(Addr addr, List<ServiceCidrView> staying) {
        return staying.stream().noneMatch(other -> other.covers(addr));
    }

    private static ObjectNode withFinalizer(ServiceCidrView range) {
        ObjectNode copy = range.json().deepCopy();
        Json.child(copy, "metadata").withArray("finalizers").add(ServiceCidrView.FINALIZER);
        return copy;
    }

    private static ObjectNode withoutFinalizer(ServiceCidrView range) {
        ObjectNode copy = range.json().deepCopy();
        ArrayNode kept = Json.child(copy, "metadata").putArray("finalizers");
        range.meta().finalizers().stream()
                .filter(finalizer -> !finalizer.equals(ServiceCidrView.FINALIZER))
                .forEach(kept::add);
        return copy;
    }

    private void write(ObjectNode range) {
        ranges.written(client.update(Kinds.SERVICE_CIDRS, range));
    }

    private void writeReady(ServiceCidrView range, String status, String reason, String message) {
        ObjectNode copy = range.json().deepCopy();
        ArrayNode conditions = Json.array();
        for (JsonNode condition : Fields.list(copy, "status", "conditions")) {
            if (!Fields.text(condition, "type").equals(ServiceCidrView.READY)) {
                conditions.add(condition);
            }
        }
        conditions
                .addObject()
                .put("type", ServiceCidrView.READY)
                .put("status", status)
                .put("lastTransitionTime", Times.time(Instant.now()))
                .put("reason", reason)
                .put("message", message);
        Json.child(copy, "status").set("conditions", conditions);
        ranges.written(client.updateStatus(Kinds.SERVICE_CIDRS, copy));
    }
}
