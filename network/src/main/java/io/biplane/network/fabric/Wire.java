package io.biplane.network.fabric;

import io.biplane.linux.route.Change;
import io.biplane.linux.route.Link;
import io.biplane.linux.route.Mac;
import io.biplane.linux.route.Neighbour;
import io.biplane.linux.route.desired.DesiredLink;
import io.biplane.netip.Addr;

import java.util.Optional;

/**
 * A veth from the fabric's namespace to another one. Both ends have MACs of our choice, so that
 * neighbours are programmed and never asked for.
 *
 * @param near the link's name in the fabric
 * @param far its name in the other namespace
 * @param bridge what the near end is a port of
 */
record Wire(String near, Mac nearMac, String far, Mac farMac, Optional<String> bridge) {
    static final int MTU_BYTES = 1500;

    /** MACs of a transit link, of which there are only two stations: fabric and far end. */
    static final Mac FABRIC_MAC = Mac.local(0xfa_0000_0001L);

    static final Mac FAR_MAC = Mac.local(0xfa_0000_0002L);

    DesiredLink desiredNear() {
        DesiredLink link = DesiredLink.named(near).withMac(nearMac).withMtu(MTU_BYTES).withoutArp();
        return bridge.map(link::withMaster).orElse(link);
    }

    DesiredLink desiredFar() {
        return DesiredLink.named(far).withMac(farMac).withMtu(MTU_BYTES).withoutArp();
    }

    /**
     * Makes the veth unless both ends are there and belong together; an end whose other one is gone
     * is removed.
     *
     * @return whether it was made
     */
    boolean ensure(Station fabric, Station there) {
        Optional<Link> here = fabric.socket().link(near);
        Optional<Link> beyond = there.socket().link(far);
        if (here.isPresent() && beyond.isPresent() && here.get().isPeerOf(beyond.get())) {
            return false;
        }
        fabric.socket().ensure(new Change.DeleteLink(near));
        there.socket().ensure(new Change.DeleteLink(far));
        fabric.socket()
                .apply(
                        new Change.AddVeth(
                                new Change.VethEnd(near, nearMac, 0, Optional.empty()),
                                new Change.VethEnd(far, farMac, 0, Optional.of(there.namespace())),
                                MTU_BYTES));
        fabric.socket().apply(settings(fabric));
        return true;
    }

    private Change settings(Station fabric) {
        Change.SetLink up = Change.SetLink.upWithoutAutoconf(near).withArp(false);
        return bridge.flatMap(name -> fabric.socket().link(name))
                .map(link -> up.withMaster(link.index()))
                .orElse(up);
    }

    static Change neighbour(int link, Addr address, Mac mac) {
        return new Change.ReplaceNeighbour(Neighbour.permanent(link, address, mac));
    }
}
