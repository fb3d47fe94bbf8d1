package io.biplane.node;

import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.Times;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.NodeView;
import io.biplane.client.ApiClient;
import io.biplane.client.PatchType;
import io.biplane.client.informer.Informer;
import io.biplane.client.queue.WorkQueue;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/**
 * Registers the nodes, keeps their status as it should be, and renews their leases. A Node that is
 * deleted while the agent runs is not registered again (a restart does), as upstream has it.
 */
final class NodeLoop implements AutoCloseable {
    private static final int WORKERS = 4;
    private static final Duration LEASE_RENEWAL = Duration.ofSeconds(10);
    private static final int LEASE_SECONDS = 40;

    /**
     * How often a status is written that has not changed. Leases tell that a node lives; upstream's
     * five minutes are from the time before there were any.
     */
    private static final Duration REPORT_EVERY = Duration.ofHours(1);

    private static final String LEASES_IN = "kube-node-lease";

    private final ApiClient client;
    private final Informer<NodeView> nodes;
    private final Map<String, NodeObject> objects;
    private final Function<NodeView, Optional<String>> takePodCidrs;
    private final Set<String> registered = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<String, Instant> reported = new ConcurrentHashMap<>();
    private final WorkQueue<String> statuses = new WorkQueue<>("nodes", WORKERS, this::reconcile);
    private final WorkQueue<String> leases = new WorkQueue<>("leases", 1, this::renew);

    /**
     * @param takePodCidrs hands a Node's podCIDRs to its pod network before the Node says that it
     *     is ready; gives the reason why it is not
     */
    NodeLoop(
            ApiClient client,
            Informer<NodeView> nodes,
            Map<String, NodeObject> objects,
            Function<NodeView, Optional<String>> takePodCidrs) {
        this.client = client;
        this.nodes = nodes;
        this.objects = objects;
        this.takePodCidrs = takePodCidrs;
    }

    void start() {
        statuses.start();
        leases.start();
        objects.keySet().forEach(statuses::add);
        objects.keySet().forEach(leases::add);
    }

    void add(String node) {
        if (objects.containsKey(node)) {
            statuses.add(node);
        }
    }

    private void reconcile(String name) {
        NodeObject object = objects.get(name);
        if (object == null) {
            return;
        }
        Instant now = Instant.now();
        Optional<NodeView> known = nodes.get(null, name);
        if (known.isEmpty()) {
            register(name, object, now);
            return;
        }
        registered.add(name);
        Optional<String> fault = takePodCidrs.apply(known.get());
        ObjectNode status = object.status(known, fault, now);
        Instant last = reported.getOrDefault(name, Instant.MIN);
        boolean due = last.equals(Instant.MIN) || now.isAfter(last.plus(REPORT_EVERY));
        if (due || !NodeObject.says(known.get(), status)) {
            ObjectNode patch = Json.object();
            patch.set("status", status);
            nodes.written(client.patchStatus(Kinds.NODES, null, name, PatchType.MERGE, patch));
            reported.put(name, now);
        }
        statuses.addAfter(name, REPORT_EVERY);
    }

    private void register(String name, NodeObject object, Instant now) {
        if (registered.contains(name)) {
            return;
        }
        try {
            nodes.written(client.create(Kinds.NODES, object.toCreate(now)));
        } catch (StatusException e) {
            if (e.code() != 409) {
                throw e; // 409: it is there, the informer will bring it
            }
        }
        registered.add(name);
    }

    private void renew(String name) {
        leases.addAfter(name, LEASE_RENEWAL);
        ObjectNode spec =
                Json.object()
                        .put("holderIdentity", name)
                        .put("leaseDurationSeconds", LEASE_SECONDS)
                        .put("renewTime", Times.microTime(Instant.now()));
        ObjectNode patch = Json.object();
        patch.set("spec", spec);
        try {
            client.patch(Kinds.LEASES, LEASES_IN, name, PatchType.MERGE, patch);
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
            ObjectNode lease =
                    patch.put("apiVersion", "coordination.k8s.io/v1").put("kind", "Lease");
            lease.putObject("metadata").put("namespace", LEASES_IN).put("name", name);
            client.create(Kinds.LEASES, lease);
        }
    }

    @Override
    public void close() {
        statuses.close();
        leases.close();
    }
}
