package io.biplane.network.fabric;

import static io.biplane.network.fabric.Wire.address;
import static io.biplane.network.fabric.Wire.index;
import static io.biplane.network.fabric.Wire.neighbour;
import static io.biplane.network.fabric.Wire.veth;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.linux.route.Change;
import io.biplane.linux.route.Change.ReplaceRoute;
import io.biplane.linux.route.Change.SetLink;
import io.biplane.linux.route.Mac;
import io.biplane.linux.route.Route;
import io.biplane.linux.route.RouteSocket;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.network.masquerade.HostEgress;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

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

    private static final String OUTSIDE = "outside";
    private static final String HOST = "host";

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
        try (NetworkNamespace fabric = Namespaces.ensure(network.fabricNamespace())) {
            new HostSysctls(host).acquire(network.name());
            Namespaces.makeRouter(fabric);
            try (RouteSocket socket = RouteSocket.open(fabric)) {
                int bridge = bridge(socket);
                for (int node = 1; node <= nodes; node++) {
                    node(socket, bridge, node);
                }
                outside(socket);
                hostLink(socket);
            }
            egress();
        }
    }

    private int bridge(RouteSocket fabric) {
        Mac mac = network.macOnBridge(network.gateway(IpFamily.IPV4));
        fabric.ensure(
                SetLink.up("lo"),
                new Change.AddBridge(BRIDGE, mac, Wire.MTU_BYTES),
                SetLink.upWithoutAutoconf(BRIDGE));
        int bridge = index(fabric, BRIDGE);
        List<Change> changes = new ArrayList<>();
        for (Prefix range : network.nodes().values()) {
            changes.add(address(bridge, network.gateway(range.family()), range.bits()));
        }
        // What no node and no Service has is unreachable, rather than sent to the host and back.
        Stream.of(network.pods(), network.services())
                .flatMap(ranges -> ranges.values().stream())
                .forEach(range -> changes.add(new ReplaceRoute(Route.unreachable(range))));
        fabric.ensure(changes);
        return bridge;
    }

    private void node(RouteSocket fabric, int bridge, int node) {
        String port = ClusterNetwork.nodeName(node);
        Mac mac = network.macOnBridge(network.node(node, IpFamily.IPV4));
        try (NetworkNamespace namespace = Namespaces.ensure(network.nodeNamespace(port));
                RouteSocket inside = RouteSocket.open(namespace)) {
            Namespaces.makeRouter(namespace);
            Mac portMac = Mac.local(0xb0_0000_0000L + node);
            fabric.ensure(
                    veth(port, portMac, namespace, UPLINK, mac),
                    SetLink.upWithoutAutoconf(port).withMaster(bridge));
            inside.ensure(SetLink.up("lo"), SetLink.upWithoutAutoconf(UPLINK));
            int uplink = index(inside, UPLINK);
            List<Change> inNode = new ArrayList<>();
            List<Change> inFabric = new ArrayList<>();
            for (Prefix range : network.nodes().values()) {
                IpFamily family = range.family();
                Addr own = network.node(node, family);
                Addr gateway = network.gateway(family);
                inNode.add(address(uplink, own, range.bits()));
                inNode.add(neighbour(uplink, gateway, network.macOnBridge(gateway)));
                inNode.add(defaultRoute(gateway, uplink));
                inFabric.add(neighbour(bridge, own, mac));
            }
            inside.ensure(inNode);
            fabric.ensure(inFabric);
        }
    }

    /**
     * The host beyond the cluster. It has routes to the nodes only: what comes with a pod's own
     * address gets no answer, so that egress works by masquerade or not at all.
     */
    private void outside(RouteSocket fabric) {
        try (NetworkNamespace namespace = Namespaces.ensure(network.outsideNamespace());
                RouteSocket inside = RouteSocket.open(namespace)) {
            fabric.ensure(
                    veth(OUTSIDE, Wire.FABRIC_MAC, namespace, UPLINK, Wire.FAR_MAC),
                    SetLink.upWithoutAutoconf(OUTSIDE));
            inside.ensure(SetLink.up("lo"), SetLink.upWithoutAutoconf(UPLINK));
            int near = index(fabric, OUTSIDE);
            int far = index(inside, UPLINK);
            List<Change> here = new ArrayList<>();
            List<Change> there = new ArrayList<>();
            for (Prefix range : network.outside().values()) {
                IpFamily family = range.family();
                Addr gateway = network.outsideGateway(family);
                here.add(address(near, gateway, range.bits()));
                here.add(neighbour(near, network.outsideHost(family), Wire.FAR_MAC));
                there.add(address(far, network.outsideHost(family), range.bits()));
                there.add(neighbour(far, gateway, Wire.FABRIC_MAC));
                Prefix nodes = network.nodes().get(family).orElseThrow();
                there.add(new ReplaceRoute(Route.via(nodes, gateway, far)));
            }
            fabric.ensure(here);
            inside.ensure(there);
        }
    }

    /** The host's end has the families that the host has; the fabric's always has both. */
    private void hostLink(RouteSocket fabric) {
        List<IpFamily> families = host.families();
        if (!families.contains(IpFamily.IPV6)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () ->
                            "IPv6 is disabled on this host: cluster %s has both families inside, the host reaches it over IPv4 only (enable it: sysctl net.ipv6.conf.all.disable_ipv6=0, then up again)"
                                    .formatted(network.name()));
        }
        String link = network.hostLink();
        try (RouteSocket socket = RouteSocket.open(host.namespace())) {
            fabric.ensure(
                    veth(HOST, Wire.FABRIC_MAC, host.namespace(), link, Wire.FAR_MAC),
                    SetLink.upWithoutAutoconf(HOST));
            int near = index(fabric, HOST);
            socket.ensure(SetLink.upWithoutAutoconf(link));
            int far = index(socket, link);
            List<Change> here = new ArrayList<>();
            List<Change> there = new ArrayList<>();
            for (Prefix range : network.transit().values()) {
                IpFamily family = range.family();
                here.add(address(near, network.fabricEnd(family), range.bits()));
                if (families.contains(family)) {
                    here.add(neighbour(near, network.hostEnd(family), Wire.FAR_MAC));
                    here.add(defaultRoute(network.hostEnd(family), near));
                    there.add(address(far, network.hostEnd(family), range.bits()));
                    there.add(neighbour(far, network.fabricEnd(family), Wire.FABRIC_MAC));
                    for (Prefix routed : network.routedFromHost(family)) {
                        Route route = Route.via(routed, network.fabricEnd(family), far);
                        there.add(new ReplaceRoute(route.from(network.hostEnd(family))));
                    }
                }
            }
            fabric.ensure(here);
            socket.ensure(there);
        }
    }

    /** What nodes send beyond the host leaves it with the host's address. */
    private void egress() {
        List<Prefix> sources = new ArrayList<>();
        for (IpFamily family : host.families()) {
            network.nodes().get(family).ifPresent(sources::add);
            network.transit().get(family).ifPresent(sources::add);
        }
        try (Nftables nftables = KernelNftables.open(host.namespace())) {
            HostEgress.write(nftables, network.name(), network.hostLink(), sources);
        }
    }

    private static Change defaultRoute(Addr gateway, int link) {
        String all = gateway.family() == IpFamily.IPV4 ? "0.0.0.0/0" : "::/0";
        return new ReplaceRoute(Route.via(Prefix.parse(all), gateway, link));
    }

    /** Whether a fabric of this name is there, whole or not. */
    public static boolean exists(String cluster) {
        return NetworkNamespace.exists(cluster + "-fabric");
    }

    /**
     * Removes all that is there of the cluster, from host and machine. Its processes have ended. By
     * name alone, for its data may be gone.
     */
    public static void down(String cluster, HostSide host) {
        new HostSysctls(host).release(cluster);
        try (RouteSocket socket = RouteSocket.open(host.namespace())) {
            socket.ensure(new Change.DeleteLink("bp-" + cluster));
        }
        try (Nftables nftables = KernelNftables.open(host.namespace())) {
            HostEgress.remove(nftables, cluster);
        }
        String node = Pattern.quote(cluster) + "-node-\\d+";
        String pod = Pattern.quote(cluster) + "-pod-[^_]+_.+";
        List<String> names = NetworkNamespace.list();
        names.stream().filter(n -> n.matches(pod)).forEach(NetworkNamespace::delete);
        names.stream().filter(n -> n.matches(node)).forEach(NetworkNamespace::delete);
        NetworkNamespace.delete(cluster + "-outside");
        NetworkNamespace.delete(cluster + "-fabric");
    }
}
