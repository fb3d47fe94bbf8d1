package io.biplane.linux.route;

import io.biplane.netip.Addr;

/**
 * An address of a link.
 *
 * @param bits the length of the prefix that the kernel takes for on-link; the family's full length
 *     for a point-to-point link
 * @param permanent false for what the kernel made from a router advertisement
 */
public record Address(int linkIndex, Addr addr, int bits, Scope scope, boolean permanent) {
    public Address {
        if (bits < 0 || bits > addr.family().bits()) {
            throw new IllegalArgumentException(
                    "prefix length %d is not in 0..%d".formatted(bits, addr.family().bits()));
        }
    }

    /** A permanent address of the scope that belongs to it. */
    public static Address of(int linkIndex, Addr addr, int bits) {
        Scope scope =
                addr.isLoopback() ? Scope.HOST : addr.isLinkLocal() ? Scope.LINK : Scope.GLOBAL;
        return new Address(linkIndex, addr, bits, scope, true);
    }

    @Override
    public String toString() {
        return "%s/%d dev %d".formatted(addr, bits, linkIndex);
    }
}
