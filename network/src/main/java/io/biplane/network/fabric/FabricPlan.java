package io.biplane.network.fabric;

import io.biplane.linux.route.Change;
import io.biplane.linux.route.Mac;
import io.biplane.linux.route.desired.DesiredLink;
import io.biplane.linux.route.desired.DesiredLink.LinkRoute;
import io.biplane.linux.route.desired.DesiredNetwork;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the namespaces of a fabric and the host are to have, routes to pods apart; pure.
 *
 * <p>Every station of the fabric knows the others by permanent neighbours, and no link asks for or
 * learns any.
 *
 * @param nodes how many nodes there are: {@code node-1} to {@code node-<nodes>}
 */
record FabricPlan(ClusterNetwork network, int nodes) {
    private static final DesiredLink LOOPBACK = DesiredLink.named("lo");

    /** In the fabric's namespace, the link to the host apart. */
    DesiredNetwork fabric() {
        List<DesiredLink> links = new ArrayList<>(List.of(LOOPBACK, bridge()));
        IntStream.rangeClosed(1, nodes)
                .mapToObj(node -> nodeWire(node).desiredNear())
                .forEach(links::add);
        links.add(outsideNear());
        // What no node and no Service has is unreachable, rather than sent to the host and back.
        List<Prefix> unreachable =
                Stream.of(network.pods(), network.services())
                        .flatMap(ranges -> ranges.values().stream())
                        .toList();
        return new DesiredNetwork(links, unreachable);
    }

    private DesiredLink bridge() {
        DesiredLink bridge =
                DesiredLink.named(Fabric.BRIDGE)
                        .withMac(bridgeMac())
                        .withMtu(Wire.MTU_BYTES)
                        .withoutArp();
        for (Prefix range : network.nodes().values()) {
            bridge = bridge.with(network.gateway(range.family()), range.bits());
        }
        return withNodes(bridge, 0);
    }

    Mac bridgeMac() {
        return network.macOnBridge(network.gateway(IpFamily.IPV4));
    }

    /** The neighbours of all nodes but number {@code self}. */
    private DesiredLink withNodes(DesiredLink link, int self) {
        DesiredLink with = link;
        for (int node = 1; node <= nodes; node++) {
            if (node != self) {
                for (IpFamily family : network.nodes().families()) {
                    Addr address = network.node(node, family);
                    with = with.withNeighbour(address, network.macOnBridge(address));
                }
            }
        }
        return with;
    }

    private static Mac portMac(int node) {
        return Mac.local(0xb0_0000_0000L + node);
    }

    /** The veth from the bridge to a node. */
    Wire nodeWire(int node) {
        Mac mac = network.macOnBridge(network.node(node, IpFamily.IPV4));
        return new Wire(
                ClusterNetwork.nodeName(node),
                portMac(node),
                Fabric.UPLINK,
                mac,
                Optional.of(Fabric.BRIDGE));
    }

    /** In the namespace of a node. */
    DesiredNetwork node(int node) {
        Wire wire = nodeWire(node);
        DesiredLink uplink = wire.desiredFar();
        for (Prefix range : network.nodes().values()) {
            Addr gateway = network.gateway(range.family());
            uplink =
                    uplink.with(network.node(node, range.family()), range.bits())
                            .withNeighbour(gateway, network.macOnBridge(gateway))
                            .with(LinkRoute.via(all(range.family()), gateway));
        }
        return DesiredNetwork.of(LOOPBACK, withNodes(uplink, node));
    }

    private static Prefix all(IpFamily family) {
        return Prefix.parse(family == IpFamily.IPV4 ? "0.0.0.0/0" : "::/0");
    }

    /** The veth to the host beyond the cluster. */
    Wire outsideWire() {
        return transit(Fabric.OUTSIDE, Fabric.UPLINK);
    }

    /** The fabric's end of the link to the host beyond the cluster. */
    DesiredLink outsideNear() {
        DesiredLink near = outsideWire().desiredNear();
        for (Prefix range : network.outside().values()) {
            IpFamily family = range.family();
            near =
                    near.with(network.outsideGateway(family), range.bits())
                            .withNeighbour(network.outsideHost(family), Wire.FAR_MAC);
        }
        return near;
    }

    /**
     * In the namespace of the host beyond the cluster. It has routes to the nodes only: what comes
     * with a pod's own address gets no answer, so that egress works by masquerade or not at all.
     */
    DesiredNetwork outside() {
        DesiredLink far = outsideWire().desiredFar();
        for (Prefix range : network.outside().values()) {
            IpFamily family = range.family();
            Addr gateway = network.outsideGateway(family);
            Prefix nodeRange = network.nodes().get(family).orElseThrow();
            far =
                    far.with(network.outsideHost(family), range.bits())
                            .withNeighbour(gateway, Wire.FABRIC_MAC)
                            .with(LinkRoute.via(nodeRange, gateway));
        }
        return DesiredNetwork.of(LOOPBACK, far);
    }

    /** The veth to the host. */
    Wire hostWire() {
        return transit(Fabric.HOST, network.hostLink());
    }

    private static Wire transit(String near, String far) {
        return new Wire(near, Wire.FABRIC_MAC, far, Wire.FAR_MAC, Optional.empty());
    }

    /**
     * The fabric's end of the link to the host.
     *
     * @param families those that the host has
     */
    DesiredNetwork hostNear(List<IpFamily> families) {
        DesiredLink near = hostWire().desiredNear();
        for (Prefix range : network.transit().values()) {
            IpFamily family = range.family();
            near = near.with(network.fabricEnd(family), range.bits());
            if (families.contains(family)) {
                near =
                        near.withNeighbour(network.hostEnd(family), Wire.FAR_MAC)
                                .with(LinkRoute.via(all(family), network.hostEnd(family)));
            }
        }
        return DesiredNetwork.of(near);
    }

    /** On the host, in the families that it has. */
    DesiredNetwork host(List<IpFamily> families) {
        DesiredLink far = hostWire().desiredFar();
        for (Prefix range : network.transit().values()) {
            IpFamily family = range.family();
            if (families.contains(family)) {
                Addr gateway = network.fabricEnd(family);
                Addr own = network.hostEnd(family);
                far = far.with(own, range.bits()).withNeighbour(gateway, Wire.FABRIC_MAC);
                for (Prefix routed : network.routedFromHost(family)) {
                    far = far.with(LinkRoute.via(routed, gateway).from(own));
                }
            }
        }
        return DesiredNetwork.of(far);
    }

    /** The bridge itself, which nobody else makes. */
    Change addBridge() {
        return new Change.AddBridge(Fabric.BRIDGE, bridgeMac(), Wire.MTU_BYTES);
    }
}
