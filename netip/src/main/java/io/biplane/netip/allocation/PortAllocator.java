package io.biplane.netip.allocation;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.netip.TransportProtocol;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Chooses node ports at random. A number is taken for one protocol, and serves both families. The
 * lowest numbers, 1/32 of the range but 16 to 128, are handed out last (KEP-3668); a range of at
 * most 16 ports has no such band. Thread-safe.
 */
public final class PortAllocator {
    private static final int SMALLEST_BAND = 16;
    private static final int LARGEST_BAND = 128;
    private static final int BAND_FRACTION = 32;
    private static final int ALL = 7;

    private final PortRange range;
    private final Object lock = new Object();

    /** By port, from the first one on: the protocols for which it is taken, a bit for each. */
    @GuardedBy("lock")
    private final byte[] taken;

    /** By set of protocols, a bit for each: the ports that are taken for any of them. */
    @GuardedBy("lock")
    private final RandomBand[] bands;

    public PortAllocator(PortRange range, RandomGenerator random) {
        this.range = range;
        this.taken = new byte[range.size()];
        this.bands = new RandomBand[ALL + 1];
        for (int protocols = 0; protocols <= ALL; protocols++) {
            bands[protocols] =
                    new RandomBand(range.first(), range.last(), staticBand(range), random);
        }
    }

    /** How many of the lowest ports of a range are kept for explicit requests. */
    public static int staticBand(PortRange range) {
        if (range.size() <= SMALLEST_BAND) {
            return 0;
        }
        return Math.clamp(range.size() / BAND_FRACTION, SMALLEST_BAND, LARGEST_BAND);
    }

    public PortRange range() {
        return range;
    }

    /**
     * A port that is free for all of these protocols, chosen at random, and none of {@code except};
     * it stays free. Ports that are free for every protocol come first, so that people seldom meet
     * one number twice, then the others, and then the band in the same order.
     */
    public Optional<Integer> choose(Set<TransportProtocol> protocols, Set<Integer> except) {
        int wanted = 0;
        for (TransportProtocol protocol : protocols) {
            wanted |= bit(protocol);
        }
        long[] excluded = except.stream().mapToLong(Integer::longValue).toArray();
        synchronized (lock) {
            OptionalLong chosen = bands[ALL].chooseDynamic(excluded);
            if (chosen.isEmpty()) {
                chosen = bands[wanted].chooseDynamic(excluded);
            }
            if (chosen.isEmpty()) {
                chosen = bands[ALL].chooseStatic(excluded);
            }
            if (chosen.isEmpty()) {
                chosen = bands[wanted].chooseStatic(excluded);
            }
            return chosen.isPresent() ? Optional.of((int) chosen.getAsLong()) : Optional.empty();
        }
    }

    /** Takes this port; false when it is out of range or was taken already for the protocol. */
    public boolean occupy(TransportProtocol protocol, int port) {
        int bit = bit(protocol);
        synchronized (lock) {
            if (!range.contains(port) || (taken[port - range.first()] & bit) != 0) {
                return false;
            }
            taken[port - range.first()] |= (byte) bit;
            for (int protocols = 1; protocols <= ALL; protocols++) {
                if ((protocols & bit) != 0) {
                    bands[protocols].take(port);
                }
            }
            return true;
        }
    }

    /** Gives a port back; false when it was not taken for the protocol. */
    public boolean release(TransportProtocol protocol, int port) {
        int bit = bit(protocol);
        synchronized (lock) {
            if (!range.contains(port) || (taken[port - range.first()] & bit) == 0) {
                return false;
            }
            int left = taken[port - range.first()] & ~bit;
            taken[port - range.first()] = (byte) left;
            for (int protocols = 1; protocols <= ALL; protocols++) {
                if ((protocols & bit) != 0 && (protocols & left) == 0) {
                    bands[protocols].free(port);
                }
            }
            return true;
        }
    }

    /** Forgets all that is taken. */
    public void clear() {
        synchronized (lock) {
            Arrays.fill(taken, (byte) 0);
            for (RandomBand band : bands) {
                band.freeAll();
            }
        }
    }

    /** How many ports are taken for the protocol. */
    public int used(TransportProtocol protocol) {
        synchronized (lock) {
            return bands[bit(protocol)].used().intValueExact();
        }
    }

    private static int bit(TransportProtocol protocol) {
        return switch (protocol) {
            case TCP -> 1;
            case UDP -> 2;
            case SCTP -> 4;
        };
    }
}
