package io.biplane.network.fabric;

import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;

import java.util.Optional;

/** A route that the host already has, as far as a clash can be told by it. */
public record HostRoute(Prefix destination, Optional<Addr> via, String device) {

    /** As {@code ip route} prints it. */
    @Override
    public String toString() {
        return via.map(gateway -> "%s via %s dev %s".formatted(destination, gateway, device))
                .orElseGet(() -> "%s dev %s".formatted(destination, device));
    }

    /**
     * Whether traffic to {@code range} would be torn between this route and the cluster's. Default
     * routes never clash (any range is inside them), nor do link-local and multicast ones.
     */
    boolean clashesWith(Prefix range) {
        return destination.bits() > 0
                && !destination.network().isLinkLocal()
                && !destination.network().isMulticast()
                && destination.overlaps(range);
    }
}
