package io.biplane.netip;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * An IP prefix (a CIDR block): all addresses that share their first {@code bits} bits.
 *
 * @param network the first address; it has no bits set beyond the prefix length
 * @param bits the prefix length, {@code 0 <= bits <= network.family().bits()}
 */
public record Prefix(Addr network, int bits) implements Comparable<Prefix> {
    private static final Comparator<Prefix> ORDER =
            Comparator.comparing(Prefix::network).thenComparingInt(Prefix::bits);

    /**
     * @throws IllegalArgumentException if the length is not one of the family, or the address has
     *     host bits
     */
    public Prefix {
        if (bits < 0 || bits > network.family().bits()) {
            throw new IllegalArgumentException(
                    "prefix length %d is not in 0..%d".formatted(bits, network.family().bits()));
        }
        Addr masked = mask(network, bits);
        if (!masked.equals(network)) {
            throw new IllegalArgumentException(
                    "%s/%d has bits set beyond the prefix length: the block is %s/%d"
                            .formatted(network, bits, masked, bits));
        }
    }

    /**
     * The prefix that {@code text} spells, {@code <address>/<length>}.
     *
     * @throws IllegalArgumentException with the reason, also where host bits are set
     */
    public static Prefix parse(String text) {
        int slash = slash(text);
        return new Prefix(address(text, slash), length(text, slash));
    }

    /** As {@link #parse}, but host bits are cut off, as Kubernetes does for cluster CIDRs. */
    public static Prefix parseMasked(String text) {
        int slash = slash(text);
        return of(address(text, slash), length(text, slash));
    }

    /** The block of length {@code bits} that holds {@code address}. */
    public static Prefix of(Addr address, int bits) {
        return new Prefix(mask(address, bits), bits);
    }

    private static int slash(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a CIDR block: it has no \"/<prefix length>\"".formatted(text));
        }
        return slash;
    }

    private static Addr address(String text, int slash) {
        try {
            return Addr.parse(text.substring(0, slash));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a CIDR block: %s".formatted(text, e.getMessage()), e);
        }
    }

    private static int length(String text, int slash) {
        String digits = text.substring(slash + 1);
        boolean number =
                !digits.isEmpty()
                        && digits.length() <= 3
                        && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                        && (digits.length() == 1 || digits.charAt(0) != '0');
        if (!number) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a CIDR block: \"%s\" is not a prefix length"
                            .formatted(text, digits));
        }
        return Integer.parseInt(digits);
    }

    private static Addr mask(Addr address, int bits) {
        IpFamily family = address.family();
        if (bits < 0 || bits > family.bits()) {
            throw new IllegalArgumentException(
                    "prefix length %d is not in 0..%d".formatted(bits, family.bits()));
        }
        int hostBits = family.bits() - bits;
        long low = hostBits >= 64 ? 0 : address.low() & (-1L << hostBits);
        long high =
                hostBits <= 64
                        ? address.high()
                        : hostBits == 128 ? 0 : address.high() & (-1L << (hostBits - 64));
        return new Addr(family, high, low);
    }

    /** The family of the addresses. */
    public IpFamily family() {
        return network.family();
    }

    /** The number of addresses, from 1 to 2^128. */
    public BigInteger size() {
        return BigInteger.ONE.shiftLeft(family().bits() - bits);
    }

    /** The first address. */
    public Addr first() {
        return network;
    }

    /** The last address. */
    public Addr last() {
        int hostBits = family().bits() - bits;
        long low = hostBits == 0 ? 0 : right(-1, Math.max(Long.SIZE - hostBits, 0));
        long high = hostBits <= Long.SIZE ? 0 : right(-1, 2 * Long.SIZE - hostBits);
        return new Addr(family(), network.high() | high, network.low() | low);
    }

    /**
     * The address {@code offset} after the first one.
     *
     * @throws IllegalArgumentException if the block is smaller
     */
    public Addr at(BigInteger offset) {
        if (offset.signum() < 0 || offset.compareTo(size()) >= 0) {
            throw new IllegalArgumentException(
                    "%s has no address number %s".formatted(this, offset));
        }
        return network.plus(offset);
    }

    /** As {@link #at(BigInteger)}. */
    public Addr at(long offset) {
        return at(BigInteger.valueOf(offset));
    }

    /**
     * The position of {@code address} in the block, from 0; the inverse of {@link #at(BigInteger)}.
     */
    public BigInteger offsetOf(Addr address) {
        if (!contains(address)) {
            throw new IllegalArgumentException("%s is not in %s".formatted(address, this));
        }
        return address.value().subtract(network.value());
    }

    /** Whether {@code address} is of this family and in the block. */
    public boolean contains(Addr address) {
        return address.family() == family() && mask(address, bits).equals(network);
    }

    /** Whether every address of {@code other} is in this block. */
    public boolean contains(Prefix other) {
        return other.bits >= bits && contains(other.network);
    }

    /**
     * The given blocks, sorted, without those that others of them contain: disjoint, same
     * addresses.
     */
    public static List<Prefix> withoutNested(Collection<Prefix> blocks) {
        List<Prefix> disjoint = new ArrayList<>();
        for (Prefix block : new TreeSet<>(blocks)) {
            if (disjoint.isEmpty() || !disjoint.getLast().contains(block)) {
                disjoint.add(block);
            }
        }
        return disjoint;
    }

    /** Whether any address is in both blocks. */
    public boolean overlaps(Prefix other) {
        return contains(other) || other.contains(this);
    }

    /**
     * The {@code index}-th subnet of this prefix, as the node IPAM controller numbers node blocks.
     *
     * @param subnetBits length of the subnet in bits, {@code bits() <= subnetBits <=
     *     family().bits()}
     * @param index from 0; of 2^(subnetBits - bits()) subnets, read as an unsigned number
     * @return a prefix inside this one; different indexes give disjoint prefixes
     * @throws IllegalArgumentException if subnetBits or index is out of range
     * @see <a href="https://www.rfc-editor.org/rfc/rfc4632#section-3.1">RFC 4632, 3.1</a>
     */
    public Prefix subnet(int subnetBits, long index) {
        checkSubnetBits(subnetBits);
        if (Long.SIZE - Long.numberOfLeadingZeros(index) > subnetBits - bits) {
            throw new IllegalArgumentException(
                    "%s has no /%d subnet number %s"
                            .formatted(this, subnetBits, Long.toUnsignedString(index)));
        }
        int shift = family().bits() - subnetBits;
        long high =
                shift >= Long.SIZE
                        ? left(index, shift - Long.SIZE)
                        : right(index, Long.SIZE - shift);
        long low = left(index, shift);
        return new Prefix(
                new Addr(family(), network.high() | high, network.low() | low), subnetBits);
    }

    /**
     * The number of the subnet of this prefix, the inverse of {@link #subnet}.
     *
     * @return an unsigned number
     * @throws IllegalArgumentException if it is not a subnet, or its number needs more than 64 bits
     */
    public long indexOf(Prefix subnet) {
        if (!contains(subnet)) {
            throw new IllegalArgumentException("%s is not a subnet of %s".formatted(subnet, this));
        }
        long high = subnet.network.high() ^ network.high();
        long low = subnet.network.low() ^ network.low();
        int shift = family().bits() - subnet.bits;
        if (right(high, shift) != 0) {
            throw new IllegalArgumentException(
                    "the number of %s in %s needs more than 64 bits".formatted(subnet, this));
        }
        return shift >= Long.SIZE
                ? right(high, shift - Long.SIZE)
                : left(high, Long.SIZE - shift) | right(low, shift);
    }

    /** A shift whose distance may be 64 and more. */
    private static long left(long bits, int distance) {
        return distance >= Long.SIZE ? 0 : bits << distance;
    }

    /** As {@link #left}. */
    private static long right(long bits, int distance) {
        return distance >= Long.SIZE ? 0 : bits >>> distance;
    }

    private void checkSubnetBits(int subnetBits) {
        if (subnetBits < bits || subnetBits > family().bits()) {
            throw new IllegalArgumentException(
                    "subnet length %d of %s is not in %d..%d"
                            .formatted(subnetBits, this, bits, family().bits()));
        }
    }

    @Override
    public int compareTo(Prefix other) {
        return ORDER.compare(this, other);
    }

    /** {@code 10.0.0.0/8}. */
    @Override
    public String toString() {
        return network + "/" + bits;
    }
}
