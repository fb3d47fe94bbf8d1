package io.biplane.netip.allocation;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.math.BigInteger;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Chooses addresses out of one service range at random. Never handed out: the network address (for
 * IPv6 the subnet-router anycast address, RFC 4291 2.6.1) and the IPv4 broadcast address. The
 * lowest addresses, 1/16 of the range but 16 to 256, are handed out last (KEP-3070); a range of at
 * most 16 addresses has no such band. Thread-safe.
 */
public final class AddressAllocator {
    private static final long SMALLEST_BAND = 16;
    private static final long LARGEST_BAND = 256;
    private static final long BAND_FRACTION = 16;

    private final Prefix range;
    private final Object lock = new Object();

    /** Indexes are offsets from the network address. */
    @GuardedBy("lock")
    private final RandomBand band;

    /**
     * @param range the service range; may be of any length, even too short to hold an address that
     *     can be handed out
     * @param random where the choice comes from; tests give a seeded one
     */
    public AddressAllocator(Prefix range, RandomGenerator random) {
        this.range = range;
        BigInteger size = range.size();
        BigInteger last =
                size.subtract(range.family() == IpFamily.IPV4 ? BigInteger.TWO : BigInteger.ONE);
        this.band = new RandomBand(BigInteger.ONE, last, BigInteger.valueOf(bandOf(size)), random);
    }

    /** The range that this allocator serves. */
    public Prefix range() {
        return range;
    }

    /** How many of the lowest addresses of the range are kept for explicit requests. */
    public int staticBand() {
        return bandOf(range.size());
    }

    private static int bandOf(BigInteger size) {
        if (size.compareTo(BigInteger.valueOf(SMALLEST_BAND)) <= 0) {
            return 0;
        }
        BigInteger share = size.divide(BigInteger.valueOf(BAND_FRACTION));
        return share.max(BigInteger.valueOf(SMALLEST_BAND))
                .min(BigInteger.valueOf(LARGEST_BAND))
                .intValueExact();
    }

    /**
     * Whether the address may be handed out at all: inside the range, neither its network nor its
     * IPv4 broadcast address.
     */
    public boolean isUsable(Addr addr) {
        if (!range.contains(addr)) {
            return false;
        }
        synchronized (lock) {
            return band.inRange(range.offsetOf(addr));
        }
    }

    /** A free address, chosen at random, that is none of {@code except}; it stays free. */
    public Optional<Addr> choose(Set<Addr> except) {
        synchronized (lock) {
            return band.choose(indexes(except)).map(range::at);
        }
    }

    /** Takes a free address, chosen at random; empty when the range is full. */
    public Optional<Addr> allocate() {
        synchronized (lock) {
            Optional<BigInteger> chosen = band.choose(Set.of());
            chosen.ifPresent(band::take);
            return chosen.map(range::at);
        }
    }

    /**
     * Takes this address.
     *
     * @return false when it was taken already, or cannot be handed out (see {@link #isUsable})
     */
    public boolean occupy(Addr addr) {
        synchronized (lock) {
            return isUsable(addr) && band.take(range.offsetOf(addr));
        }
    }

    /**
     * Gives an address back.
     *
     * @return false when it was not taken
     */
    public boolean release(Addr addr) {
        synchronized (lock) {
            return isUsable(addr) && band.free(range.offsetOf(addr));
        }
    }

    /** Whether the address is taken. */
    public boolean isTaken(Addr addr) {
        synchronized (lock) {
            return isUsable(addr) && band.isTaken(range.offsetOf(addr));
        }
    }

    /** Forgets all that is taken. */
    public void clear() {
        synchronized (lock) {
            band.freeAll();
        }
    }

    /** How many addresses are taken. */
    public BigInteger used() {
        synchronized (lock) {
            return band.used();
        }
    }

    /** How many addresses can be handed out in all. */
    public BigInteger capacity() {
        synchronized (lock) {
            return band.capacity();
        }
    }

    private Set<BigInteger> indexes(Set<Addr> addresses) {
        return addresses.stream()
                .filter(range::contains)
                .map(range::offsetOf)
                .collect(Collectors.toSet());
    }
}
