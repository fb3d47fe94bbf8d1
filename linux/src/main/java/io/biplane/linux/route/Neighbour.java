package io.biplane.linux.route;

import io.biplane.netip.Addr;

import java.util.Optional;

/**
 * An entry of the neighbour table (ARP, NDP).
 *
 * @param mac empty while it is being resolved
 * @param permanent it never expires and does not count against {@code gc_thresh3}
 */
public record Neighbour(int linkIndex, Addr addr, Optional<Mac> mac, boolean permanent) {
    /** A permanent entry. */
    public static Neighbour permanent(int linkIndex, Addr addr, Mac mac) {
        return new Neighbour(linkIndex, addr, Optional.of(mac), true);
    }

    @Override
    public String toString() {
        return "%s lladdr %s dev %d".formatted(addr, mac.map(Mac::toString).orElse("?"), linkIndex);
    }
}
