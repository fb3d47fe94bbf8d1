package io.biplane.controllers.nodeipam;

import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.ApiClient;
import io.biplane.client.PatchType;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.client.queue.WorkQueue;
import io.biplane.controllers.config.ControllerManagerConfig;
import io.biplane.controllers.controller.Controller;
import io.biplane.netip.Prefix;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Proposes blocks for Nodes that have none. The API server claims them: a proposal that someone
 * else has taken meanwhile is refused with 409, and the next free blocks are proposed.
 */
public final class NodeIpamController implements Controller {
    private static final System.Logger LOG = System.getLogger(NodeIpamController.class.getName());
    private static final int WORKERS = 16;
    private static final int CONFLICT = 409;

    /** So many refusals in a row and the node waits for its turn again. */
    private static final int PROPOSALS = 32;

    /** A node that goes often goes with others. */
    private static final Duration BURST = Duration.ofMillis(20);

    /** How often a node that finds no block says so again. */
    private static final Duration REMINDER = Duration.ofSeconds(60);

    private final ApiClient client;
    private final EventRecorder events;
    private final Informer<NodeView> nodes;
    private final NodeBlocks blocks;

    /** Nodes without blocks, and when they last said so. */
    private final Map<String, Instant> waiting = new ConcurrentHashMap<>();

    private final WorkQueue<String> queue;

    /** Blocks became free: the nodes that wait are looked at once for many of them. */
    private final WorkQueue<String> freed;

    /**
     * @param config without faults
     */
    public NodeIpamController(
            ControllerManagerConfig config,
            ApiClient client,
            Informers informers,
            EventRecorder events) {
        this.client = client;
        this.events = events;
        this.blocks =
                new NodeBlocks(config.clusterCidrs().stream().map(config::nodeBlocks).toList());
        this.queue = new WorkQueue<>("node-ipam", WORKERS, this::reconcile);
        this.freed =
                new WorkQueue<>(
                        "node-ipam-freed", 1, BURST, _ -> waiting.keySet().forEach(queue::add));
        this.nodes = informers.informer(ViewedKind.NODES);
        nodes.listen(this::changed);
    }

    @Override
    public void start() {
        queue.start();
        freed.start();
    }

    @Override
    public void close() {
        freed.close();
        queue.close();
    }

    private void changed(@Nullable NodeView before, @Nullable NodeView after) {
        if (after == null) {
            if (before != null && blocks.release(before.name())) {
                freed.add("");
            }
        } else if (!after.podCidrs().isEmpty()) {
            waiting.remove(after.name());
            occupy(after);
        } else {
            queue.add(after.name());
        }
    }

    private void occupy(NodeView node) {
        for (Prefix foreign : blocks.occupy(node.name(), node.podCidrs())) {
            LOG.log(
                    Level.WARNING,
                    () ->
                            "node:%s has an allocated cidr: %s that does not exist in cluster cidrs configuration"
                                    .formatted(node.name(), foreign));
        }
    }

    private void reconcile(String name) {
        Optional<NodeView> node = nodes.get(null, name);
        if (node.isEmpty() || !node.get().podCidrs().isEmpty() || node.get().meta().deleting()) {
            waiting.remove(name);
            return;
        }
        for (int i = 0; i < PROPOSALS; i++) {
            // Before the proposal, so that blocks freed just after it wake this node up.
            waiting.putIfAbsent(name, Instant.MIN);
            Optional<List<Prefix>> proposal = blocks.propose(name);
            if (proposal.isEmpty()) {
                remind(node.get());
                queue.addAfter(name, REMINDER);
                return;
            }
            if (propose(name, proposal.get())) {
                waiting.remove(name);
                return;
            }
        }
        tell(node.get(), "CIDRAssignmentFailed");
        throw new IllegalStateException("node %s: every proposed block is taken".formatted(name));
    }

    /**
     * Writes the blocks into the Node; false when one of them is taken. Where the answer is lost,
     * the blocks stay the node's, and the next attempt proposes the same ones.
     */
    private boolean propose(String name, List<Prefix> proposal) {
        ObjectNode patch = Json.object();
        ObjectNode spec = patch.putObject("spec").put("podCIDR", proposal.getFirst().toString());
        ArrayNode cidrs = spec.putArray("podCIDRs");
        proposal.forEach(block -> cidrs.add(block.toString()));
        try {
            nodes.written(client.patch(Kinds.NODES, null, name, PatchType.STRATEGIC, patch));
            return true;
        } catch (StatusException e) {
            if (e.code() == CONFLICT) {
                blocks.withdraw(name, proposal);
                return false;
            }
            if (e.code() < 500) {
                // Refused for good: the node has gone or has blocks already.
                blocks.withdraw(name, proposal);
                if (e.code() == 404) {
                    return true;
                }
            }
            throw e;
        }
    }

    /** However often it is tried, an event now and then is enough. */
    private void remind(NodeView node) {
        Instant now = Instant.now();
        Instant last = waiting.getOrDefault(node.name(), Instant.MIN);
        if (last.equals(Instant.MIN) || now.isAfter(last.plus(REMINDER.dividedBy(2)))) {
            waiting.put(node.name(), now);
            tell(node, "CIDRNotAvailable");
        }
    }

    private void tell(NodeView node, String reason) {
        events.normal(
                node.json(), reason, "Node %s status is now: %s".formatted(node.name(), reason));
    }
}
