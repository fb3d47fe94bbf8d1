package io.biplane.network.pod;

import io.biplane.linux.route.Change;
import io.biplane.linux.route.Link;
import io.biplane.linux.route.Mac;
import io.biplane.linux.route.desired.DesiredLink;
import io.biplane.linux.route.desired.DesiredLink.LinkRoute;
import io.biplane.linux.route.desired.DesiredNetwork;
import io.biplane.linux.route.desired.Difference;
import io.biplane.linux.route.desired.Snapshot;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.util.List;

/** What both ends of a pod's veth are to have; pure. */
final class PodPlan {
    static final Addr GATEWAY_IPV4 = Addr.parse("169.254.1.1");
    static final Addr GATEWAY_IPV6 = Addr.parse("fe80::1");
    static final Prefix ALL_IPV4 = Prefix.parse("0.0.0.0/0");
    static final Prefix ALL_IPV6 = Prefix.parse("::/0");

    /** The node's end of every pod's veth; each is a link of its own, so one MAC does for all. */
    static final Mac NODE_MAC = Mac.local(0x90_0000_0001L);

    static final Mac POD_MAC = Mac.local(0x90_0000_0002L);
    static final String POD_LINK = "eth0";
    static final int MTU_BYTES = 1500;

    /** The first after the loopback, as nothing else is in a new namespace. */
    static final int POD_LINK_INDEX = 2;

    /** The kernel gives it to the loopback, and takes it away where IPv6 is disabled there. */
    private static final Addr LOOPBACK_IPV6 = Addr.parse("::1");

    private static final DesiredLink LOOPBACK = DesiredLink.named("lo");

    private static final Link NEW_LOOPBACK =
            Link.made(1, "lo", Mac.parse("00:00:00:00:00:00"), 65536);

    private PodPlan() {}

    /** In the pod's namespace. */
    static DesiredNetwork podSide(List<Addr> addresses) {
        boolean ipv6 = addresses.stream().anyMatch(a -> a.family() == IpFamily.IPV6);
        return DesiredNetwork.of(
                ipv6 ? LOOPBACK.with(LOOPBACK_IPV6, 128) : LOOPBACK, podLink(addresses));
    }

    private static DesiredLink podLink(List<Addr> addresses) {
        DesiredLink link =
                DesiredLink.named(POD_LINK).withMac(POD_MAC).withMtu(MTU_BYTES).withoutArp();
        for (Addr address : addresses) {
            boolean ipv4 = address.family() == IpFamily.IPV4;
            Addr gateway = ipv4 ? GATEWAY_IPV4 : GATEWAY_IPV6;
            link =
                    link.with(address, address.family().bits())
                            .withNeighbour(gateway, NODE_MAC)
                            .with(LinkRoute.via(ipv4 ? ALL_IPV4 : ALL_IPV6, gateway));
        }
        return link;
    }

    /** The pod's link in the node's namespace. */
    static DesiredLink nodeSide(String name, List<Addr> addresses) {
        DesiredLink link =
                DesiredLink.named(name).withMac(NODE_MAC).withMtu(MTU_BYTES).withoutArp();
        for (Addr address : addresses) {
            link = link.withNeighbour(address, POD_MAC).with(LinkRoute.direct(host(address)));
        }
        return link;
    }

    /** What makes a pod's namespace so that has nothing but its new link. */
    static List<Change> ofNewPodSide(List<Addr> addresses) {
        return changes(
                DesiredNetwork.of(LOOPBACK, podLink(addresses)),
                NEW_LOOPBACK,
                Link.made(POD_LINK_INDEX, POD_LINK, POD_MAC, MTU_BYTES));
    }

    /** What makes the node's end so, that is new. */
    static List<Change> ofNewNodeSide(int index, String name, List<Addr> addresses) {
        return changes(
                DesiredNetwork.of(nodeSide(name, addresses)),
                Link.made(index, name, NODE_MAC, MTU_BYTES));
    }

    private static List<Change> changes(DesiredNetwork desired, Link... made) {
        Snapshot found = new Snapshot(List.of(made), List.of(), List.of(), List.of());
        return Difference.between(found, desired).changes();
    }

    static Prefix host(Addr address) {
        return Prefix.of(address, address.family().bits());
    }
}
