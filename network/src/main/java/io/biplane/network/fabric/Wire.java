package io.biplane.network.fabric;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.route.Address;
import io.biplane.linux.route.Change;
import io.biplane.linux.route.Link;
import io.biplane.linux.route.Mac;
import io.biplane.linux.route.Neighbour;
import io.biplane.linux.route.RouteSocket;
import io.biplane.netip.Addr;

import java.util.Optional;

/**
 * A veth from the fabric to another namespace. Both ends have MACs of our choice, so that
 * neighbours are programmed and never asked for.
 */
final class Wire {
    static final int MTU_BYTES = 1500;

    /** MACs of a transit link, of which there are only two stations: fabric and far end. */
    static final Mac FABRIC_MAC = Mac.local(0xfa_0000_0001L);

    static final Mac FAR_MAC = Mac.local(0xfa_0000_0002L);

    /** The veth {@code near} in the fabric to {@code far} elsewhere; nothing if it is there. */
    static Change.AddVeth veth(
            String near, Mac nearMac, NetworkNamespace there, String far, Mac farMac) {
        return new Change.AddVeth(
                new Change.VethEnd(near, nearMac, 0, Optional.empty()),
                new Change.VethEnd(far, farMac, 0, Optional.of(there)),
                MTU_BYTES);
    }

    /** The link's index. */
    static int index(RouteSocket socket, String link) {
        return socket.link(link)
                .map(Link::index)
                .orElseThrow(() ->
                        new IllegalStateException(
                                "link %s is not there, though it was just made (another program removed it)"
                                        .formatted(link)));
    }

    static Change address(int link, Addr address, int bits) {
        return new Change.AddAddress(Address.of(link, address, bits));
    }

    static Change neighbour(int link, Addr address, Mac mac) {
        return new Change.ReplaceNeighbour(Neighbour.permanent(link, address, mac));
    }

    private Wire() {}
}
