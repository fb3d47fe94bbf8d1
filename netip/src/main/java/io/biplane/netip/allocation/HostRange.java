package io.biplane.netip.allocation;

import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.math.BigInteger;

/**
 * The addresses of a block that hosts may have, such as the pods of a node's block: all but the
 * first (network, or subnet-router anycast), the second (gateway, by custom), IPv4's last
 * (broadcast) and, in an IPv6 block larger than a {@code /120}, the last 128 (reserved anycast).
 *
 * <p>A smaller IPv6 block keeps what it has: the reserved addresses would be half of it, or all,
 * and nobody listens to them where every host has a link of its own. So {@code /126} has two
 * addresses for hosts, {@code /121} has 126; {@code /127}, {@code /128}, {@code /31} and {@code
 * /32} have none.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2526#section-2">RFC 2526, 2</a>
 */
public record HostRange(Prefix block) {
    private static final int LOWEST = 2;
    private static final int RESERVED_ANYCAST = 128;
    private static final int LONGEST_WITH_ANYCAST = 119;

    /** The longest prefix length of a block with an address for a host. */
    public static int longestPrefix(IpFamily family) {
        return family.bits() - 2;
    }

    /** The lowest address. */
    public Addr first() {
        return block.at(LOWEST);
    }

    /** The highest address. */
    public Addr last() {
        return block.at(block.size().subtract(BigInteger.valueOf(above() + 1L)));
    }

    /** How many there are; may be none. */
    public BigInteger size() {
        return block.size().subtract(BigInteger.valueOf(LOWEST + above())).max(BigInteger.ZERO);
    }

    /** Whether a host may have the address. */
    public boolean contains(Addr address) {
        return size().signum() > 0
                && block.contains(address)
                && address.compareTo(first()) >= 0
                && address.compareTo(last()) <= 0;
    }

    /** How many addresses at the top are not for hosts. */
    private int above() {
        return switch (block.family()) {
            case IPV4 -> 1;
            case IPV6 -> block.bits() <= LONGEST_WITH_ANYCAST ? RESERVED_ANYCAST : 0;
        };
    }
}
