package io.biplane.controllers.nodeipam;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.SubnetAllocator;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which node has which blocks of the cluster's blocks. It is rebuilt from the Nodes at every start;
 * a block belongs to a node from the proposal on, so that nothing is lost between proposal and
 * answer. Thread-safe.
 */
final class NodeBlocks {
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final List<SubnetAllocator> allocators;

    @GuardedBy("lock")
    private final Map<String, List<Prefix>> byNode = new HashMap<>();

    /** How many nodes have a block: people can write the same one into two Nodes. */
    @GuardedBy("lock")
    private final Map<Prefix, Integer> holders = new HashMap<>();

    /** Those of {@link #holders} that have another length than the allocators' blocks. */
    @GuardedBy("lock")
    private final Set<Prefix> odd = new HashSet<>();

    /**
     * @param allocators one for each cluster block, in the order of the cluster's blocks
     */
    NodeBlocks(List<SubnetAllocator> allocators) {
        this.allocators = List.copyOf(allocators);
    }

    /**
     * The blocks that {@code node} has, or the next free ones, one of each cluster block in order.
     *
     * @return empty when a cluster block is exhausted; nothing is kept then
     */
    Optional<List<Prefix>> propose(String node) {
        synchronized (lock) {
            List<Prefix> present = byNode.get(node);
            if (present != null) {
                return Optional.of(present);
            }
            List<Prefix> blocks = new ArrayList<>();
            for (SubnetAllocator allocator : allocators) {
                Optional<Prefix> block = allocator.allocate();
                if (block.isEmpty()) {
                    blocks.forEach(this::free);
                    return Optional.empty();
                }
                blocks.add(block.get());
            }
            hold(node, blocks);
            return Optional.of(List.copyOf(blocks));
        }
    }

    /**
     * Notes the blocks that a Node was stored with.
     *
     * @return those that lie outside of all cluster blocks
     */
    List<Prefix> occupy(String node, List<Prefix> blocks) {
        synchronized (lock) {
            List<Prefix> before = byNode.get(node);
            if (blocks.equals(before)) {
                return List.of();
            }
            release(node);
            List<Prefix> foreign = new ArrayList<>();
            for (Prefix block : blocks) {
                boolean ours = false;
                for (SubnetAllocator allocator : allocators) {
                    ours |= allocator.occupy(block);
                }
                if (!ours) {
                    foreign.add(block);
                }
            }
            hold(node, blocks);
            return foreign;
        }
    }

    /** Gives back what a node had; whether it had something. */
    boolean release(String node) {
        synchronized (lock) {
            List<Prefix> blocks = byNode.remove(node);
            if (blocks == null) {
                return false;
            }
            for (Prefix block : blocks) {
                if (holders.merge(block, -1, Integer::sum) == 0) {
                    holders.remove(block);
                    odd.remove(block);
                    free(block);
                }
            }
            return true;
        }
    }

    /** Takes a proposal back that was refused, unless the node has other blocks by now. */
    void withdraw(String node, List<Prefix> proposal) {
        synchronized (lock) {
            if (proposal.equals(byNode.get(node))) {
                release(node);
            }
        }
    }

    @GuardedBy("lock")
    private void hold(String node, List<Prefix> blocks) {
        byNode.put(node, List.copyOf(blocks));
        for (Prefix block : blocks) {
            holders.merge(block, 1, Integer::sum);
            if (isOdd(block)) {
                odd.add(block);
            }
        }
    }

    @GuardedBy("lock")
    private boolean isOdd(Prefix block) {
        return allocators.stream().noneMatch(a -> a.nodeBits() == block.bits());
    }

    @GuardedBy("lock")
    private void free(Prefix block) {
        for (SubnetAllocator allocator : allocators) {
            if (allocator.cluster().overlaps(block)) {
                allocator.release(block);
                // Blocks of another length, from an earlier mask size, may lie over this one. There
                // are few, so that a node that goes does not cost a look at all others.
                Collection<Prefix> others = isOdd(block) ? holders.keySet() : odd;
                others.stream()
                        .filter(held -> held.bits() != block.bits() && held.overlaps(block))
                        .forEach(allocator::occupy);
            }
        }
    }
}
