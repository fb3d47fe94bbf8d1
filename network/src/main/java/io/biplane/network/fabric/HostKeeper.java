package io.biplane.network.fabric;

import io.biplane.client.queue.WorkQueue;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.linux.events.Topic;
import io.biplane.linux.nftables.desired.TableKeeper;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.linux.route.RouteSocket;
import io.biplane.netip.IpFamily;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Keeps the host's side of a cluster as {@link Fabric#up} made it: the link to the fabric with its
 * addresses and routes, forwarding, and the nftables that let nodes out. Runs in the control plane,
 * which is in the fabric and has the host's namespace open.
 */
public final class HostKeeper implements AutoCloseable {
    static final String HOST = "host";

    private final ClusterNetwork network;
    private final HostSide host;
    private final FabricRepair repair;
    private final RepairListener listener;
    private final KernelEvents events;
    private final NetworkNamespace fabricNamespace;
    private final Station fabric;
    private final Station onHost;
    private final KernelNftables nftables;
    private final TableKeeper egress;
    private final List<KernelEvents.Watch> watches = new ArrayList<>();
    private final WorkQueue<String> queue =
            new WorkQueue<>("host", 1, FabricKeeper.BURST, _ -> look());

    /**
     * @param host stays open when the keeper is closed
     */
    public HostKeeper(
            ClusterNetwork network, HostSide host, KernelEvents events, RepairListener listener) {
        this.network = network;
        this.host = host;
        this.repair = new FabricRepair(new FabricPlan(network, 0));
        this.listener = listener;
        this.events = events;
        this.fabricNamespace = NetworkNamespace.open(network.fabricNamespace());
        this.fabric = Station.of(fabricNamespace);
        this.onHost = new Station(host.namespace(), RouteSocket.open(host.namespace()));
        this.nftables = KernelNftables.open(host.namespace());
        this.egress = new TableKeeper(nftables);
    }

    /** Begins to listen; the first look is at once. */
    public void start() {
        Set<Topic> onTheHost = EnumSet.copyOf(Topic.OF_ROUTES);
        onTheHost.add(Topic.RULESET);
        watches.add(events.watch(host.namespace(), onTheHost, () -> queue.add(HOST)));
        watches.add(events.watch(fabricNamespace, Topic.OF_ROUTES, () -> queue.add(HOST)));
        queue.start();
        queue.add(HOST);
    }

    private void look() {
        List<IpFamily> families = host.families();
        List<String> repaired =
                new ArrayList<>(new HostSysctls(host).repair(network.name(), fabricNamespace));
        repaired.addAll(repair.host(fabric, onHost, families));
        egress.sync(Fabric.egress(network, families))
                .repaired()
                .forEach(table -> repaired.add("nftables table %s differs".formatted(table)));
        if (!repaired.isEmpty()) {
            listener.repaired(HOST, repaired);
        }
        queue.addAfter(HOST, FabricKeeper.RESYNC);
    }

    /** Ends the keeping; what is in the kernel stays. */
    @Override
    public void close() {
        queue.close();
        watches.forEach(KernelEvents.Watch::close);
        fabric.close();
        onHost.socket().close();
        nftables.close();
    }
}
