package io.biplane.network.fabric;

import io.biplane.linux.MountNamespaces;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.linux.nftables.desired.TableKeeper;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.linux.route.RouteSocket;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.network.masquerade.HostEgress;

import java.util.ArrayList;
import java.util.List;

/**
 * A cluster's network on this machine, as the kernel holds it.
 *
 * <pre>
 * host  bp-&lt;c&gt; ──── host  &lt;c&gt;-fabric  nodes (bridge) ──── eth0  &lt;c&gt;-node-1
 *                                │                    └─── eth0  &lt;c&gt;-node-2 …
 *                             outside ──── eth0  &lt;c&gt;-outside
 * </pre>
 *
 * {@link #up} makes what is missing and leaves what is there; a process that died at any point of
 * it is made up for by the next call, and {@link #down} removes whatever there is of the cluster.
 * Routes to pods are {@link NodeRoutes}' work. Runs on the caller's thread, as root.
 */
public final class Fabric {
    private static final System.Logger LOG = System.getLogger(Fabric.class.getName());

    /** The bridge, in the fabric's namespace. */
    public static final String BRIDGE = "nodes";

    /** A node's link to the bridge, in the node's namespace. */
    public static final String UPLINK = "eth0";

    static final String OUTSIDE = "outside";
    static final String HOST = "host";

    /** All links of the fabric's namespace but its loopback and the ports of the bridge. */
    public static final List<String> LINKS = List.of(BRIDGE, OUTSIDE, HOST);

    private final ClusterNetwork network;
    private final HostSide host;

    public Fabric(ClusterNetwork network, HostSide host) {
        this.network = network;
        this.host = host;
    }

    /**
     * Makes or adopts the fabric with nodes 1 to {@code nodes}; further nodes that are there stay.
     *
     * @throws io.biplane.linux.netlink.NetlinkException if the kernel refuses a step
     */
    public void up(int nodes) {
        FabricRepair repair = new FabricRepair(new FabricPlan(network, nodes));
        try (Station fabric = Station.ensure(network.fabricNamespace())) {
            repair.fabric(fabric);
            for (int node = 1; node <= nodes; node++) {
                String name = network.nodeNamespace(ClusterNetwork.nodeName(node));
                try (Station station = Station.ensure(name)) {
                    repair.node(fabric, station, node);
                }
            }
            try (Station outside = Station.ensure(network.outsideNamespace())) {
                repair.outside(fabric, outside);
            }
            List<IpFamily> families = host.families();
            warnOfMissingFamily(families);
            try (RouteSocket socket = RouteSocket.open(host.namespace())) {
                repair.host(fabric, new Station(host.namespace(), socket), families);
            }
            new HostSysctls(host).acquire(network.name(), fabric.namespace());
            try (Nftables nftables = KernelNftables.open(host.namespace())) {
                TableKeeper.Synced _ = new TableKeeper(nftables).sync(egress(network, families));
            }
        }
    }

    private void warnOfMissingFamily(List<IpFamily> families) {
        if (!families.contains(IpFamily.IPV6)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () ->
                            "IPv6 is disabled on this host: cluster %s has both families inside, the host reaches it over IPv4 only (enable it: sysctl net.ipv6.conf.all.disable_ipv6=0, then up again)"
                                    .formatted(network.name()));
        }
    }

    /** What nodes send beyond the host leaves it with the host's address. */
    static List<DesiredTable> egress(ClusterNetwork network, List<IpFamily> hostFamilies) {
        List<Prefix> sources = new ArrayList<>();
        for (IpFamily family : hostFamilies) {
            network.nodes().get(family).ifPresent(sources::add);
            network.transit().get(family).ifPresent(sources::add);
        }
        return HostEgress.tables(network.name(), network.hostLink(), sources);
    }

    /** Whether a fabric of this name is there, whole or not, in any mount namespace. */
    public static boolean exists(String cluster) {
        return MountNamespaces.exists(cluster + "-fabric");
    }

    /**
     * Whether a fabric of this name is there and this mount namespace does not have it, nor a part
     * of it that {@link #up} could build on.
     */
    public static boolean isElsewhere(String cluster, HostSide host) {
        String fabric = cluster + "-fabric";
        return !NetworkNamespace.isBound(fabric)
                && (MountNamespaces.exists(fabric) || hasLink(cluster, host));
    }

    private static boolean hasLink(String cluster, HostSide host) {
        try (RouteSocket socket = RouteSocket.open(host.namespace())) {
            return socket.link("bp-" + cluster).isPresent();
        }
    }

    /**
     * Removes all that is there of the cluster, from host and machine. Its processes have ended. By
     * name alone, for its data may be gone.
     *
     * @throws FabricRemainsException if something is left, once all was tried
     */
    public static void down(String cluster, HostSide host) {
        new FabricRemoval(cluster, host).run();
    }
}
