package io.biplane.network.pod;

import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The pod addresses of one node: one of each podCIDR for a pod, in podCIDR order.
 *
 * <p>Never handed out: the first address (network, subnet-router anycast), the second (gateway, by
 * custom), IPv4's last (broadcast) and IPv6's last 128 (reserved anycast, RFC 2526). A freed
 * address is used again as late as possible. Memory grows with the addresses in use only. Nothing
 * is kept on disk: on start the agent {@link #reserve}s what its pods have.
 */
public final class PodIpam {
    private static final int LOWEST_OFFSET = 2;
    private static final int IPV6_ANYCAST = 128;

    private final List<Block> blocks;

    /** One podCIDR: next-fit over the offsets from lowest to highest. */
    private static final class Block {
        final Prefix prefix;
        final BigInteger highest;
        final Set<Addr> used = new HashSet<>();
        Addr next;

        Block(Prefix prefix) {
            this.prefix = prefix;
            int above = prefix.family() == IpFamily.IPV4 ? 1 : IPV6_ANYCAST;
            this.highest = prefix.size().subtract(BigInteger.valueOf(above + 1L));
            if (highest.compareTo(BigInteger.valueOf(LOWEST_OFFSET)) < 0) {
                throw new IllegalArgumentException(
                        "podCIDR %s is too small to hold a pod".formatted(prefix));
            }
            this.next = lowest();
        }

        Addr lowest() {
            return prefix.at(LOWEST_OFFSET);
        }

        Addr take() {
            BigInteger usable = highest.subtract(BigInteger.valueOf(LOWEST_OFFSET - 1L));
            if (BigInteger.valueOf(used.size()).compareTo(usable) >= 0) {
                throw new IllegalStateException(
                        "no address left in podCIDR %s: %d in use".formatted(prefix, used.size()));
            }
            Addr candidate = next;
            while (!used.add(candidate)) {
                candidate = after(candidate);
            }
            next = after(candidate);
            return candidate;
        }

        private Addr after(Addr address) {
            return address.equals(prefix.at(highest)) ? lowest() : address.plus(1);
        }

        boolean allocatable(Addr address) {
            if (!prefix.contains(address)) {
                return false;
            }
            BigInteger offset = prefix.offsetOf(address);
            return offset.compareTo(BigInteger.valueOf(LOWEST_OFFSET)) >= 0
                    && offset.compareTo(highest) <= 0;
        }
    }

    /**
     * @param podCidrs the Node's, the primary first
     * @throws IllegalArgumentException if a block has no room for a pod
     */
    public PodIpam(List<Prefix> podCidrs) {
        blocks = podCidrs.stream().map(Block::new).toList();
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
                .filter(block -> block.allocatable(address))
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
