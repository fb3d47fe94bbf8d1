package io.biplane.linux.nftables;

import io.biplane.netip.IpFamily;

/**
 * The type of one field of a key or a datum. The numbers are nft's own (its {@code datatype.h}),
 * stored in the kernel only for nft to print sets again.
 */
public enum DataType {
    IPV4_ADDR(7, 4, "ipv4_addr", "ip daddr"),
    IPV6_ADDR(8, 16, "ipv6_addr", "ip6 daddr"),
    INET_PROTO(12, 1, "inet_proto", "meta l4proto"),
    INET_SERVICE(13, 2, "inet_service", "th dport"),
    ICMP_TYPE(14, 1, "icmp_type", "icmp type"),
    MARK(19, 4, "mark", "meta mark"),
    ICMPV6_TYPE(29, 1, "icmpv6_type", "icmpv6 type"),
    IFNAME(41, 16, "ifname", "meta iifname"),
    /** A plain number in host order, such as {@code numgen} gives; nft cannot name this type. */
    INTEGER(4, 4, "integer", "numgen random mod 2");

    private final int number;
    private final int bytes;
    private final String word;
    private final String example;

    DataType(int number, int bytes, String word, String example) {
        this.number = number;
        this.bytes = bytes;
        this.word = word;
        this.example = example;
    }

    /** The type of an address of {@code family}. */
    public static DataType address(IpFamily family) {
        return family == IpFamily.IPV4 ? IPV4_ADDR : IPV6_ADDR;
    }

    /** The type of an ICMP message's type of {@code family}. */
    public static DataType icmpType(IpFamily family) {
        return family == IpFamily.IPV4 ? ICMP_TYPE : ICMPV6_TYPE;
    }

    /** nft's number. */
    public int number() {
        return number;
    }

    /** The length of a value in bytes. */
    public int bytes() {
        return bytes;
    }

    /** The length of a value in a concatenation, where fields start at multiples of four bytes. */
    public int paddedBytes() {
        return (bytes + 3) & ~3;
    }

    /** Whether values are kept as this machine has numbers, not as packets have them. */
    public boolean isHostOrder() {
        return switch (this) {
            case MARK, IFNAME, INTEGER -> true;
            case IPV4_ADDR, IPV6_ADDR, INET_PROTO, INET_SERVICE, ICMP_TYPE, ICMPV6_TYPE -> false;
        };
    }

    /** An expression of this type, for sets that must be declared by {@code typeof}. */
    public String example() {
        return example;
    }

    /** nft's word. */
    @Override
    public String toString() {
        return word;
    }
}
