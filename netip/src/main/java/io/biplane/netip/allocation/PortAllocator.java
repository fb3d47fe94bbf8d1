package io.biplane.netip.allocation;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Chooses node ports at random. The lowest ports, 1/32 of the range but 16 to 128, are handed out
 * last (KEP-3668); a range of at most 16 ports has no such band. One port serves both families and
 * every protocol. Thread-safe.
 */
public final class PortAllocator {
    private static final int SMALLEST_BAND = 16;
    private static final int LARGEST_BAND = 128;
    private static final int BAND_FRACTION = 32;

    private final PortRange range;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final RandomBand band;

    public PortAllocator(PortRange range, RandomGenerator random) {
        this.range = range;
        this.band = new RandomBand(range.first(), range.last(), staticBand(range), random);
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

    /** A free port, chosen at random, that is none of {@code except}; it stays free. */
    public Optional<Integer> choose(Set<Integer> except) {
        synchronized (lock) {
            return port(band.choose(except.stream().mapToLong(Integer::longValue).toArray()));
        }
    }

    /** Takes a free port, chosen at random; empty when the range is full. */
    public Optional<Integer> allocate() {
        synchronized (lock) {
            OptionalLong chosen = band.choose(RandomBand.NOTHING);
            if (chosen.isPresent()) {
                band.take(chosen.getAsLong());
            }
            return port(chosen);
        }
    }

    /** Takes this port; false when it is out of range or was taken already. */
    public boolean occupy(int port) {
        synchronized (lock) {
            return range.contains(port) && band.take(port);
        }
    }

    /** Gives a port back; false when it was not taken. */
    public boolean release(int port) {
        synchronized (lock) {
            return range.contains(port) && band.free(port);
        }
    }

    /** Forgets all that is taken. */
    public void clear() {
        synchronized (lock) {
            band.freeAll();
        }
    }

    /** How many ports are taken. */
    public int used() {
        synchronized (lock) {
            return band.used().intValueExact();
        }
    }

    private static Optional<Integer> port(OptionalLong index) {
        return index.isPresent() ? Optional.of((int) index.getAsLong()) : Optional.empty();
    }
}
