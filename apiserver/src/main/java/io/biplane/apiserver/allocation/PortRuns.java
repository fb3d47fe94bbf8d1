package io.biplane.apiserver.allocation;

import io.biplane.netip.TransportProtocol;
import io.biplane.netip.allocation.PortAllocator;
import io.biplane.netip.allocation.PortRange;

import java.util.BitSet;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Chooses numbers for a Service that needs many: from a random one on upwards as far as they are
 * free, so that a few ranges of keys are all that its claim depends on. Otherwise as {@link
 * PortAllocator}: what is free for every protocol comes first, the lowest numbers come last. Used
 * once, by one thread.
 */
final class PortRuns {
    private static final Set<TransportProtocol> ALL = EnumSet.allOf(TransportProtocol.class);

    private final int first;
    private final int last;
    private final int firstDynamic;
    private final RandomGenerator random;
    private final BitSet reserved = new BitSet();
    private final Map<TransportProtocol, BitSet> others = new EnumMap<>(TransportProtocol.class);
    private final Map<TransportProtocol, BitSet> own = new EnumMap<>(TransportProtocol.class);

    /** Taken by anybody, for any protocol. */
    private final BitSet any = new BitSet();

    private int previous;

    /**
     * @param taken what others hold
     * @param used what the Service has already
     */
    PortRuns(NodePortRange range, NodePorts taken, Set<NodePort> used, RandomGenerator random) {
        PortRange ports = range.range();
        this.first = ports.first();
        this.last = ports.last();
        this.firstDynamic = first + PortAllocator.staticBand(ports);
        this.random = random;
        range.reservedNumbers().forEach(reserved::set);
        any.or(reserved);
        for (TransportProtocol protocol : TransportProtocol.values()) {
            others.put(protocol, taken.numbers(protocol));
            own.put(protocol, new BitSet());
            any.or(taken.numbers(protocol));
        }
        used.forEach(port -> use(port.protocol(), port.number()));
        previous = last;
    }

    private void use(TransportProtocol protocol, int number) {
        own.getOrDefault(protocol, any).set(number);
        any.set(number);
    }

    /** A number that is free for these protocols, which it is not any more; empty if none is. */
    OptionalInt next(Set<TransportProtocol> protocols) {
        int next = previous + 1;
        if (next > last || any.get(next)) {
            OptionalInt begun = begin(protocols);
            if (begun.isEmpty()) {
                return begun;
            }
            next = begun.getAsInt();
        }
        previous = next;
        for (TransportProtocol protocol : protocols) {
            use(protocol, next);
        }
        return OptionalInt.of(next);
    }

    private OptionalInt begin(Set<TransportProtocol> protocols) {
        OptionalInt found = begin(any, blocked(protocols, ALL));
        return found.isPresent()
                ? found
                : begin(blocked(ALL, protocols), blocked(protocols, protocols));
    }

    private OptionalInt begin(BitSet best, BitSet good) {
        OptionalInt found = any(best, firstDynamic, last);
        if (found.isEmpty()) {
            found = any(good, firstDynamic, last);
        }
        if (found.isEmpty()) {
            found = any(best, first, firstDynamic - 1);
        }
        return found.isPresent() ? found : any(good, first, firstDynamic - 1);
    }

    /** What others hold for some protocols, and the Service itself for others. */
    private BitSet blocked(Set<TransportProtocol> ofOthers, Set<TransportProtocol> ofOwn) {
        BitSet blocked = (BitSet) reserved.clone();
        ofOthers.forEach(protocol -> blocked.or(others.getOrDefault(protocol, any)));
        ofOwn.forEach(protocol -> blocked.or(own.getOrDefault(protocol, any)));
        return blocked;
    }

    /** One of the clear bits from {@code from} to {@code to}, each with the same probability. */
    private OptionalInt any(BitSet blocked, int from, int to) {
        int free = to - from + 1 - blocked.get(from, Math.max(from, to + 1)).cardinality();
        if (free <= 0) {
            return OptionalInt.empty();
        }
        int skip = random.nextInt(free);
        int start = blocked.nextClearBit(from);
        for (int end = end(blocked, start); skip >= end - start; end = end(blocked, start)) {
            skip -= end - start;
            start = blocked.nextClearBit(end);
        }
        return OptionalInt.of(start + skip);
    }

    /** Where the clear bits that begin here end. */
    private static int end(BitSet blocked, int start) {
        int set = blocked.nextSetBit(start);
        return set < 0 ? Integer.MAX_VALUE : set;
    }
}
