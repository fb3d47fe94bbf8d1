package io.biplane.netip.allocation;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Hands out the equal blocks of one cluster prefix, one per node, by next fit: in sequence from the
 * block after the one handed out last, wrapping at the end, so that a block just freed is used
 * again last. Block {@code i} is the {@code i}-th subnet of the prefix; there may be up to 2^64 of
 * them, and none costs anything until it is taken. Thread-safe.
 */
public final class SubnetAllocator {
    /** Blocks by number, both ends included; the numbers are unsigned. */
    private record Blocks(long first, long last) {}

    private final Prefix cluster;
    private final int nodeBits;
    private final long lastBlock;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final IndexSet taken = new IndexSet();

    @GuardedBy("lock")
    private final List<Blocks> reserved = new ArrayList<>();

    @GuardedBy("lock")
    private long next;

    /**
     * @param cluster the block of which nodes get their share
     * @param nodeBits prefix length of a node's share, {@code cluster.bits() <= nodeBits <=
     *     cluster.family().bits()}
     * @throws IllegalArgumentException if nodeBits is out of that range, or makes more than 2^64
     *     blocks
     */
    public SubnetAllocator(Prefix cluster, int nodeBits) {
        if (nodeBits < cluster.bits() || nodeBits > cluster.family().bits()) {
            throw new IllegalArgumentException(
                    "node prefix length %d is not in %d..%d, as cluster prefix %s needs it"
                            .formatted(nodeBits, cluster.bits(), cluster.family().bits(), cluster));
        }
        int blockBits = nodeBits - cluster.bits();
        if (blockBits > Long.SIZE) {
            throw new IllegalArgumentException(
                    "cluster prefix %s has more than 2^64 blocks of node prefix length %d: shorten the node prefix to /%d or less"
                            .formatted(cluster, nodeBits, cluster.bits() + Long.SIZE));
        }
        this.cluster = cluster;
        this.nodeBits = nodeBits;
        this.lastBlock = blockBits == 0 ? 0 : -1L >>> (Long.SIZE - blockBits);
    }

    /** The prefix whose blocks are handed out. */
    public Prefix cluster() {
        return cluster;
    }

    /** The prefix length of the blocks. */
    public int nodeBits() {
        return nodeBits;
    }

    /** Takes the next free block; empty when none is left. */
    public Optional<Prefix> allocate() {
        synchronized (lock) {
            OptionalLong found = taken.firstAbsent(next, lastBlock);
            if (found.isEmpty()) {
                found = taken.firstAbsent(0, next);
            }
            return found.isPresent() ? Optional.of(take(found.getAsLong())) : Optional.empty();
        }
    }

    @GuardedBy("lock")
    private Prefix take(long block) {
        taken.add(block, block);
        next = block == lastBlock ? 0 : block + 1;
        return cluster.subnet(nodeBits, block);
    }

    /**
     * Takes every block that the prefix touches, whether free or already taken: a node's prefix
     * need not have the length that is configured now.
     *
     * @return false, and nothing is taken, when prefix and cluster prefix do not overlap
     */
    public boolean occupy(Prefix prefix) {
        Optional<Blocks> blocks = blocks(prefix);
        synchronized (lock) {
            blocks.ifPresent(b -> taken.add(b.first(), b.last()));
        }
        return blocks.isPresent();
    }

    /**
     * Keeps every block that the prefix touches from ever being handed out; {@link #release} does
     * not free it. Meant for service ranges inside the cluster prefix.
     *
     * @return false when prefix and cluster prefix do not overlap
     */
    public boolean reserve(Prefix prefix) {
        Optional<Blocks> blocks = blocks(prefix);
        synchronized (lock) {
            blocks.ifPresent(b -> {
                reserved.add(b);
                taken.add(b.first(), b.last());
            });
        }
        return blocks.isPresent();
    }

    /**
     * Gives back every block that the prefix touches, but for reserved ones; free blocks and
     * foreign prefixes are no error.
     */
    public void release(Prefix prefix) {
        Optional<Blocks> blocks = blocks(prefix);
        synchronized (lock) {
            blocks.ifPresent(b -> {
                taken.remove(b.first(), b.last());
                for (Blocks r : reserved) {
                    taken.add(r.first(), r.last());
                }
            });
        }
    }

    /** Whether any block that the prefix touches is taken or reserved. */
    public boolean isOccupied(Prefix prefix) {
        Optional<Blocks> blocks = blocks(prefix);
        synchronized (lock) {
            return blocks.isPresent()
                    && taken.containsAny(blocks.get().first(), blocks.get().last());
        }
    }

    /** How many blocks are taken or reserved. */
    public BigInteger used() {
        synchronized (lock) {
            return taken.size();
        }
    }

    /** How many blocks there are in all. */
    public BigInteger capacity() {
        return IndexSet.unsigned(lastBlock).add(BigInteger.ONE);
    }

    private Optional<Blocks> blocks(Prefix prefix) {
        if (prefix.family() != cluster.family() || !prefix.overlaps(cluster)) {
            return Optional.empty();
        }
        Prefix inside = prefix.bits() < cluster.bits() ? cluster : prefix;
        return Optional.of(new Blocks(blockOf(inside.first()), blockOf(inside.last())));
    }

    private long blockOf(Addr addr) {
        return cluster.indexOf(Prefix.of(addr, nodeBits));
    }
}
