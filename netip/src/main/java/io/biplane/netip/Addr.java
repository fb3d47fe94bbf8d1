package io.biplane.netip;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;

/**
 * An IP address without a zone. An IPv4 address stands in the low 32 bits of {@code low}; an
 * IPv4-mapped IPv6 address is never a value of this type, because two spellings of one address
 * would then be two values.
 *
 * @param family the address family
 * @param high the upper 64 bits; 0 for IPv4
 * @param low the lower 64 bits
 */
public record Addr(IpFamily family, long high, long low) implements Comparable<Addr> {
    private static final Comparator<Addr> ORDER =
            Comparator.comparing(Addr::family)
                    .thenComparing(Addr::high, Long::compareUnsigned)
                    .thenComparing(Addr::low, Long::compareUnsigned);

    private static final List<Prefix> NON_PUBLIC =
            List.of(
                    new Prefix(new Addr(IpFamily.IPV4, 0, 0x0a000000L), 8), // RFC 1918
                    new Prefix(new Addr(IpFamily.IPV4, 0, 0xac100000L), 12), // RFC 1918
                    new Prefix(new Addr(IpFamily.IPV4, 0, 0xc0a80000L), 16), // RFC 1918
                    new Prefix(
                            new Addr(IpFamily.IPV4, 0, 0x64400000L),
                            10), // RFC 6598, carrier-grade NAT
                    new Prefix(new Addr(IpFamily.IPV4, 0, 0xa9fe0000L), 16), // RFC 3927, link-local
                    new Prefix(new Addr(IpFamily.IPV4, 0, 0x7f000000L), 8), // RFC 1122, loopback
                    new Prefix(
                            new Addr(IpFamily.IPV4, 0, 0xc6120000L), 15), // RFC 2544, benchmarking
                    new Prefix(
                            new Addr(IpFamily.IPV4, 0, 0xc0000200L), 24), // RFC 5737, documentation
                    new Prefix(
                            new Addr(IpFamily.IPV4, 0, 0xc6336400L), 24), // RFC 5737, documentation
                    new Prefix(
                            new Addr(IpFamily.IPV4, 0, 0xcb007100L), 24), // RFC 5737, documentation
                    new Prefix(new Addr(IpFamily.IPV4, 0, 0xf0000000L), 4), // RFC 1112, reserved
                    new Prefix(new Addr(IpFamily.IPV6, 0xfc00000000000000L, 0), 7), // RFC 4193, ULA
                    new Prefix(
                            new Addr(IpFamily.IPV6, 0xfe80000000000000L, 0),
                            10), // RFC 4291, link-local
                    new Prefix(
                            new Addr(IpFamily.IPV6, 0xfec0000000000000L, 0),
                            10), // RFC 3879, site-local
                    new Prefix(
                            new Addr(IpFamily.IPV6, 0x20010db800000000L, 0),
                            32), // RFC 3849, documentation
                    new Prefix(new Addr(IpFamily.IPV6, 0, 1), 128)); // RFC 4291, loopback

    /**
     * @throws IllegalArgumentException if the numbers do not fit the family, or are an IPv4-mapped
     *     address
     */
    public Addr {
        if (family == IpFamily.IPV4 && (high != 0 || low >>> 32 != 0)) {
            throw new IllegalArgumentException(
                    "%x:%x does not fit an IPv4 address".formatted(high, low));
        }
        if (family == IpFamily.IPV6 && high == 0 && low >>> 32 == 0xffff) {
            throw new IllegalArgumentException(
                    "::ffff:%s is an IPv4-mapped address: write it as IPv4"
                            .formatted(AddrText.dotted((int) low)));
        }
    }

    /**
     * The address that {@code text} spells: dotted IPv4 or any spelling of RFC 4291, 2.2.
     *
     * @throws IllegalArgumentException with the reason, for anything else, among it octets with
     *     leading zeros (read as octal by some programs), IPv4-mapped addresses and zone ids
     */
    public static Addr parse(String text) {
        return AddrText.parse(text);
    }

    /** The address in network byte order: 4 or 16 bytes. */
    public static Addr ofBytes(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return switch (bytes.length) {
            case 4 -> new Addr(IpFamily.IPV4, 0, Integer.toUnsignedLong(buffer.getInt()));
            case 16 -> new Addr(IpFamily.IPV6, buffer.getLong(), buffer.getLong());
            default ->
                    throw new IllegalArgumentException(
                            "an address has 4 or 16 bytes, not " + bytes.length);
        };
    }

    /** The address that a socket reports; its zone, if it has one, is dropped. */
    public static Addr of(InetAddress address) {
        return ofBytes(address.getAddress());
    }

    /** The {@code value}-th address of the family, counted from zero. */
    static Addr ofValue(IpFamily family, BigInteger value) {
        if (value.signum() < 0 || value.bitLength() > family.bits()) {
            throw new IllegalArgumentException(
                    "%s is not in the range of %s addresses".formatted(value, family));
        }
        return new Addr(family, value.shiftRight(64).longValue(), value.longValue());
    }

    /** In network byte order: 4 or 16 bytes. */
    public byte[] toBytes() {
        return switch (family) {
            case IPV4 -> ByteBuffer.allocate(4).putInt((int) low).array();
            case IPV6 -> ByteBuffer.allocate(16).putLong(high).putLong(low).array();
        };
    }

    /** For use with sockets. */
    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(toBytes());
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // only for a wrong number of bytes
        }
    }

    /** The address as a number, from 0 to 2^bits - 1. */
    public BigInteger value() {
        return new BigInteger(1, toBytes());
    }

    /**
     * The address {@code offset} after this one.
     *
     * @throws IllegalArgumentException if the family ends before
     */
    public Addr plus(BigInteger offset) {
        return ofValue(family, value().add(offset));
    }

    /** As {@link #plus(BigInteger)}. */
    public Addr plus(long offset) {
        return plus(BigInteger.valueOf(offset));
    }

    /** The bit at {@code index}, 0 being the most significant one. */
    boolean bit(int index) {
        int fromRight = family.bits() - 1 - index;
        return ((fromRight < 64 ? low >>> fromRight : high >>> (fromRight - 64)) & 1) == 1;
    }

    /** {@code 0.0.0.0} or {@code ::}. */
    public boolean isUnspecified() {
        return high == 0 && low == 0;
    }

    /** {@code 127.0.0.0/8} or {@code ::1}. */
    public boolean isLoopback() {
        return family == IpFamily.IPV4 ? low >>> 24 == 127 : high == 0 && low == 1;
    }

    /** {@code 169.254.0.0/16} or {@code fe80::/10}. */
    public boolean isLinkLocal() {
        return family == IpFamily.IPV4 ? low >>> 16 == 0xa9fe : high >>> 54 == 0xfe80 >>> 6;
    }

    /** {@code 224.0.0.0/4} or {@code ff00::/8}. */
    public boolean isMulticast() {
        return family == IpFamily.IPV4 ? low >>> 28 == 0xe : high >>> 56 == 0xff;
    }

    /** Multicast that no router forwards: {@code 224.0.0.0/24} or {@code ff02::/16}. */
    public boolean isLinkLocalMulticast() {
        return family == IpFamily.IPV4 ? low >>> 8 == 0xe00000 : high >>> 48 == 0xff02;
    }

    /**
     * Whether nobody on the Internet can answer this address, so that it must be translated on its
     * way out (RFC 1918, RFC 6598, RFC 4193 and the other special-purpose blocks of RFC 6890).
     */
    public boolean isNonPublic() {
        for (Prefix prefix : NON_PUBLIC) {
            if (prefix.contains(this)) {
                return true;
            }
        }
        return false;
    }

    /** The blocks whose addresses are {@link #isNonPublic}, of both families; they are disjoint. */
    public static List<Prefix> nonPublicBlocks() {
        return NON_PUBLIC;
    }

    @Override
    public int compareTo(Addr other) {
        return ORDER.compare(this, other);
    }

    /** The canonical text: dotted, or RFC 5952. */
    @Override
    public String toString() {
        return AddrText.format(this);
    }
}
