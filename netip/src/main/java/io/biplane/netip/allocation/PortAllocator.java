package io.biplane.netip.allocation;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import java.math.BigInteger;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

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
        this.band =
                new RandomBand(
                        index(range.first()),
                        index(range.last()),
                        index(staticBand(range)),
                        random);
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
            return band.choose(indexes(except)).map(BigInteger::intValueExact);
        }
    }

    /** Takes a free port, chosen at random; empty when the range is full. */
    public Optional<Integer> allocate() {
        synchronized (lock) {
            Optional<BigInteger> chosen = band.choose(Set.of());
            chosen.ifPresent(band::take);
            return chosen.map(BigInteger::intValueExact);
        }
    }

    /** Takes this port; false when it is out of range or was taken already. */
    public boolean occupy(int port) {
        synchronized (lock) {
            return range.contains(port) && band.take(index(port));
        }
    }

    /** Gives a port back; false when it was not taken. */
    public boolean release(int port) {
        synchronized (lock) {
            return range.contains(port) && band.free(index(port));
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

    private static BigInteger index(int port) {
        return BigInteger.valueOf(port);
    }

    private static Set<BigInteger> indexes(Set<Integer> ports) {
        return ports.stream().map(PortAllocator::index).collect(Collectors.toSet());
    }
}
