package io.biplane.netip.allocation;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.math.BigInteger;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Chooses addresses out of one service range at random, each free one with the same probability.
 * Never handed out: the network address (for IPv6 the subnet-router anycast address, RFC 4291
 * 2.6.1), the IPv4 broadcast address, and what is IPv4-mapped in IPv6 ranges. The lowest addresses,
 * 1/16 of the range but 16 to 256, are handed out last (KEP-3070); a range of at most 16 addresses
 * has no such band. Time and memory grow with what is taken, not with the range. Thread-safe.
 */
public final class AddressAllocator {
    private static final long SMALLEST_BAND = 16;
    private static final long LARGEST_BAND = 256;
    private static final long BAND_FRACTION = 16;

    /** The lower half of {@code ::ffff:0:0/96}, of which no {@link Addr} can be. */
    private static final long MAPPED = 0xffff_0000_0000L;

    private static final long LAST_MAPPED = 0xffff_ffff_ffffL;

    private final Prefix range;
    private final boolean holdsMapped;
    private final Object lock = new Object();

    /** Indexes are offsets from the network address, unsigned. */
    @GuardedBy("lock")
    private final RandomBand band;

    /**
     * @param range the service range; may be too short to hold an address that can be handed out
     * @param random where the choice comes from; tests give a seeded one
     * @throws IllegalArgumentException if the range has more than 2^64 addresses
     */
    public AddressAllocator(Prefix range, RandomGenerator random) {
        int hostBits = range.family().bits() - range.bits();
        if (hostBits > Long.SIZE) {
            throw new IllegalArgumentException(
                    "service range %s has more than 2^64 addresses: lengthen its prefix to /%d or more"
                            .formatted(range, range.family().bits() - Long.SIZE));
        }
        this.range = range;
        long last = hostBits == 0 ? 0 : -1L >>> (Long.SIZE - hostBits);
        long network = range.network().low();
        this.holdsMapped =
                range.family() == IpFamily.IPV6
                        && range.network().high() == 0
                        && hostBits > 32
                        && (MAPPED & ~last) == network;
        if (range.family() == IpFamily.IPV4) {
            last = Math.max(last - 1, 0);
        }
        this.band = new RandomBand(1, last, bandOf(range), random);
        withhold();
    }

    private void withhold() {
        if (holdsMapped) {
            long network = range.network().low();
            synchronized (lock) {
                band.takeAll(MAPPED - network, LAST_MAPPED - network);
            }
        }
    }

    /** The range that this allocator serves. */
    public Prefix range() {
        return range;
    }

    /** How many of the lowest addresses of the range are kept for explicit requests. */
    public int staticBand() {
        return bandOf(range);
    }

    private static int bandOf(Prefix range) {
        int hostBits = range.family().bits() - range.bits();
        long size = 1L << Math.min(hostBits, Long.SIZE - 2);
        return size <= SMALLEST_BAND
                ? 0
                : (int) Math.clamp(size / BAND_FRACTION, SMALLEST_BAND, LARGEST_BAND);
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
            return band.inRange(offset(addr));
        }
    }

    /** A free address, chosen at random, that is none of {@code except}; it stays free. */
    public Optional<Addr> choose(Set<Addr> except) {
        synchronized (lock) {
            return addr(band.choose(offsets(except)));
        }
    }

    /** Takes a free address, chosen at random; empty when the range is full. */
    public Optional<Addr> allocate() {
        synchronized (lock) {
            OptionalLong chosen = band.choose(RandomBand.NOTHING);
            if (chosen.isPresent()) {
                band.take(chosen.getAsLong());
            }
            return addr(chosen);
        }
    }

    /**
     * Takes this address.
     *
     * @return false when it was taken already, or cannot be handed out (see {@link #isUsable})
     */
    public boolean occupy(Addr addr) {
        synchronized (lock) {
            return isUsable(addr) && band.take(offset(addr));
        }
    }

    /**
     * Gives an address back.
     *
     * @return false when it was not taken
     */
    public boolean release(Addr addr) {
        synchronized (lock) {
            return isUsable(addr) && band.free(offset(addr));
        }
    }

    /** Whether the address is taken. */
    public boolean isTaken(Addr addr) {
        synchronized (lock) {
            return isUsable(addr) && band.isTaken(offset(addr));
        }
    }

    /** Forgets all that is taken. */
    public void clear() {
        synchronized (lock) {
            band.freeAll();
            withhold();
        }
    }

    /** How many addresses are taken. */
    public BigInteger used() {
        synchronized (lock) {
            return band.used().subtract(withheld());
        }
    }

    /** How many addresses can be handed out in all. */
    public BigInteger capacity() {
        synchronized (lock) {
            return band.capacity().subtract(withheld());
        }
    }

    private BigInteger withheld() {
        return holdsMapped ? BigInteger.ONE.shiftLeft(Integer.SIZE) : BigInteger.ZERO;
    }

    /** Ranges have at most 64 host bits: the upper half of every address is the network's. */
    private long offset(Addr addr) {
        return addr.low() - range.network().low();
    }

    private Optional<Addr> addr(OptionalLong offset) {
        if (offset.isEmpty()) {
            return Optional.empty();
        }
        Addr network = range.network();
        return Optional.of(
                new Addr(network.family(), network.high(), network.low() + offset.getAsLong()));
    }

    private long[] offsets(Set<Addr> addresses) {
        return addresses.isEmpty()
                ? RandomBand.NOTHING
                : addresses.stream().filter(range::contains).mapToLong(this::offset).toArray();
    }
}
