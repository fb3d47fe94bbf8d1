package io.biplane.apiserver.allocation;

import io.biplane.apiserver.allocation.ServiceRanges.Block;
import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.AddressAllocator;
import io.biplane.store.KeyValue;
import io.biplane.store.Store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * What is free in each block, as the index of claims has it. A pool comes with the first look at
 * its block and goes when the block is not usable any more. May be called from any thread.
 */
final class AddressPools implements AutoCloseable {
    /** An address that nobody has claimed, and where it comes from. */
    record Chosen(Addr addr, Block block) {}

    /** A block with what the index knows of it. */
    record Pool(Block block, AddressAllocator allocator, FreeValues<Addr> free) {
        private boolean hasRoom() {
            return allocator.used().compareTo(allocator.capacity()) < 0;
        }

        /** The same addresses as of {@code now}: of another ServiceCIDR, or another state of it. */
        private Pool as(Block now) {
            return new Pool(now, allocator, free);
        }
    }

    private final ClaimLedger ledger;
    private final RandomGenerator random;
    private final Random order;
    private final Map<Prefix, Pool> pools = new ConcurrentHashMap<>();
    private final ClaimIndex index;

    AddressPools(Store store, ClaimLedger ledger, RandomGenerator random) {
        this.ledger = ledger;
        this.random = random;
        this.order = Random.from(random);
        this.index = new ClaimIndex(store, ClaimKeys.CLUSTER_IPS, new Follower());
    }

    /**
     * The pools of the blocks that are usable now, in their order. Those of new blocks are filled
     * with what is claimed, those of all others are forgotten.
     */
    List<Pool> of(List<Block> usable) {
        Set<Prefix> prefixes = usable.stream().map(Block::prefix).collect(Collectors.toSet());
        pools.keySet().retainAll(prefixes);
        boolean added = false;
        List<Pool> found = new ArrayList<>();
        for (Block block : usable) {
            Pool pool = pools.get(block.prefix());
            if (pool == null) {
                Pool made = pool(block);
                Pool before = pools.putIfAbsent(block.prefix(), made);
                added |= before == null;
                pool = before == null ? made : before;
            }
            found.add(pool.as(block));
        }
        if (added) {
            index.readAgain();
        }
        return found;
    }

    private Pool pool(Block block) {
        AddressAllocator allocator = new AddressAllocator(block.prefix(), random);
        return new Pool(
                block,
                allocator,
                new FreeValues<>(
                        allocator::choose,
                        addr -> ledger.isTaken(ClaimKeys.clusterIp(addr)),
                        index::catchUp,
                        System::nanoTime));
    }

    /**
     * A free address of any of these pools, which take turns at random; empty when all are full.
     */
    Optional<Chosen> choose(List<Pool> candidates) {
        List<Pool> shuffled = new ArrayList<>(candidates);
        Collections.shuffle(shuffled, order);
        Optional<Chosen> chosen = chooseWithRoom(shuffled);
        if (chosen.isEmpty()) {
            index.catchUp();
            chosen = chooseWithRoom(shuffled);
        }
        return chosen;
    }

    /** Pools that the index takes for full are not asked: each would wait for the index anew. */
    private static Optional<Chosen> chooseWithRoom(List<Pool> candidates) {
        for (Pool pool : candidates) {
            Optional<Addr> addr = pool.hasRoom() ? pool.free().find(Set.of()) : Optional.empty();
            if (addr.isPresent()) {
                return Optional.of(new Chosen(addr.get(), pool.block()));
            }
        }
        return Optional.empty();
    }

    /** Keeps the pools as the claims are; claims outside of them are nobody's concern. */
    private final class Follower implements ClaimIndex.Target {
        private static Addr addr(KeyValue claim) {
            return Addr.parse(claim.key().substring(ClaimKeys.CLUSTER_IPS.length()));
        }

        @Override
        public void taken(KeyValue claim) {
            pools.values().forEach(pool -> pool.allocator().occupy(addr(claim)));
        }

        @Override
        public void freed(KeyValue claim) {
            pools.values().forEach(pool -> pool.allocator().release(addr(claim)));
        }

        @Override
        public void changed(KeyValue before, KeyValue now) {} // its name is the address

        @Override
        public void reset() {
            pools.values().forEach(pool -> pool.allocator().clear());
        }
    }

    @Override
    public void close() {
        index.close();
    }
}
