package io.biplane.network.pod;

import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.HostRange;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The pod addresses of one node: one of each podCIDR for a pod, in podCIDR order.
 *
 * <p>Which addresses of a block pods may have is said by {@link HostRange}. A freed address is used
 * again as late as possible. Memory grows with the addresses in use only. Nothing is kept on disk:
 * on start the agent {@link #reserve}s what its pods have.
 */
public final class PodIpam {
    private final List<Block> blocks;

    /** One podCIDR: next-fit from the lowest address to the highest. */
    private static final class Block {
        final Prefix prefix;
        final HostRange range;
        final BigInteger capacity;
        final Addr first;
        final Addr last;
        final Set<Addr> used = new HashSet<>();
        Addr next;

        Block(Prefix prefix) {
            this.prefix = prefix;
            this.range = new HostRange(prefix);
            this.capacity = range.size();
            this.first = range.first();
            this.last = range.last();
            this.next = first;
        }

        Addr take() {
            if (BigInteger.valueOf(used.size()).compareTo(capacity) >= 0) {
                throw new IllegalStateException(
                        "no IP addresses available in range set: %s-%s (podCIDR %s: all %d pod addresses are in use; delete pods of this node, or give nodes larger blocks)"
                                .formatted(first, last, prefix, used.size()));
            }
            Addr candidate = next;
            while (!used.add(candidate)) {
                candidate = after(candidate);
            }
            next = after(candidate);
            return candidate;
        }

        private Addr after(Addr address) {
            return address.equals(last) ? first : address.plus(1);
        }
    }

    /**
     * @param podCidrs the Node's, the primary first; without a {@link #fault}
     */
    public PodIpam(List<Prefix> podCidrs) {
        fault(podCidrs)
                .ifPresent(fault -> {
                    throw new IllegalArgumentException(fault);
                });
        blocks = podCidrs.stream().map(Block::new).toList();
    }

    /** Why no pod could have an address of each of these blocks, and what to do; else empty. */
    public static Optional<String> fault(List<Prefix> podCidrs) {
        return podCidrs.stream()
                .filter(block -> new HostRange(block).size().signum() == 0)
                .findFirst()
                .map(block ->
                        "Network %s too small to allocate from (no pod fits a node block of /%d: give kube-controller-manager --node-cidr-mask-size-%s %d or less, then make the Node anew)"
                                .formatted(
                                        block,
                                        block.bits(),
                                        block.family().apiName().toLowerCase(Locale.ROOT),
                                        HostRange.longestPrefix(block.family())));
    }

    /**
     * A free address of each block, in podCIDR order; all of them or none.
     *
     * @throws IllegalStateException naming the block that is full
     */
    public synchronized List<Addr> allocate() {
        List<Addr> taken = new ArrayList<>();
        try {
            for (Block block : blocks) {
                taken.add(block.take());
            }
            return taken;
        } catch (IllegalStateException full) {
            free(taken);
            throw full;
        }
    }

    /**
     * Marks an address that a pod already has.
     *
     * @return whether it was free, and is of one of the blocks
     */
    public synchronized boolean reserve(Addr address) {
        return blocks.stream()
                .filter(block -> block.range.contains(address))
                .anyMatch(block -> block.used.add(address));
    }

    /** Gives addresses back; those not in use are no error. */
    public synchronized void free(List<Addr> addresses) {
        addresses.forEach(address -> blocks.forEach(block -> block.used.remove(address)));
    }

    /** How many addresses of one family are in use. */
    public synchronized int used(IpFamily family) {
        return blocks.stream()
                .filter(block -> block.prefix.family() == family)
                .mapToInt(block -> block.used.size())
                .sum();
    }
}
