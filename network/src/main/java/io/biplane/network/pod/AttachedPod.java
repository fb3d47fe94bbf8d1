package io.biplane.network.pod;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.linux.route.RouteSocket;
import io.biplane.netip.Addr;

import java.util.List;

/**
 * A pod on this node, with what is held open of its namespace while it is there: the namespace
 * itself, so that it can be named again, the way to its links, and the watch over them.
 */
record AttachedPod(
        PodId id,
        List<Addr> addresses,
        NetworkNamespace namespace,
        RouteSocket inside,
        KernelEvents.Watch watch) {
    AttachedPod {
        addresses = List.copyOf(addresses);
    }

    Attachment attachment() {
        return new Attachment(namespace.path(), id.link(), addresses);
    }

    /** Lets go of the namespace; it stays as it is. */
    void release() {
        watch.close();
        inside.close();
        namespace.close();
    }
}
