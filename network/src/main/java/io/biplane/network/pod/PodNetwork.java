package io.biplane.network.pod;

import io.biplane.linux.Errno;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.SyscallException;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.route.Address;
import io.biplane.linux.route.Change;
import io.biplane.linux.route.Link;
import io.biplane.linux.route.Mac;
import io.biplane.linux.route.Neighbour;
import io.biplane.linux.route.Route;
import io.biplane.linux.route.RouteSocket;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The pods of one node: each has a namespace of its own and a routed veth to the node.
 *
 * <p>The pod's end has its addresses as single hosts (/32, /128) and default routes by way of
 * 169.254.1.1 and fe80::1, which nobody has: both ends know the other's MAC by permanent
 * neighbours, so nothing is asked for on the link. The node's end has a route to each pod address.
 * There is no bridge, no duplicate address detection, and no entry in the neighbour table that
 * counts.
 *
 * <p>May be used from any thread; a pod is attached or detached by one at a time.
 */
public final class PodNetwork implements AutoCloseable {
    private static final Addr GATEWAY_IPV4 = Addr.parse("169.254.1.1");
    private static final Addr GATEWAY_IPV6 = Addr.parse("fe80::1");
    private static final Prefix ALL_IPV4 = Prefix.parse("0.0.0.0/0");
    private static final Prefix ALL_IPV6 = Prefix.parse("::/0");

    /** The node's end of every pod's veth; each is a link of its own, so one MAC does for all. */
    private static final Mac NODE_MAC = Mac.local(0x90_0000_0001L);

    private static final Mac POD_MAC = Mac.local(0x90_0000_0002L);
    private static final String POD_LINK = "eth0";
    private static final int POD_LINK_INDEX = 2;
    private static final int MTU_BYTES = 1500;
    private static final int FIRST_LINK_INDEX = 1000;

    private final RouteSocket node;
    private final String netnsPrefix;
    private final AtomicInteger nextLinkIndex;

    private PodNetwork(RouteSocket node, String netnsPrefix, int firstIndex) {
        this.node = node;
        this.netnsPrefix = netnsPrefix;
        this.nextLinkIndex = new AtomicInteger(firstIndex);
    }

    /**
     * The pod network of the node whose namespace this is.
     *
     * @param netnsPrefix what the names of pods' namespaces begin with
     */
    public static PodNetwork open(NetworkNamespace namespace, String netnsPrefix) {
        RouteSocket socket = RouteSocket.open(namespace);
        int highest = socket.links().stream().mapToInt(Link::index).max().orElse(0);
        return new PodNetwork(socket, netnsPrefix, Math.max(FIRST_LINK_INDEX, highest + 1));
    }

    /**
     * Makes the pod's namespace and links. What is left of an earlier pod of this name, or of an
     * attempt that a dying process began, is removed first.
     *
     * @param addresses at most one of each family, the primary first
     */
    public Attachment attach(PodId pod, List<Addr> addresses) {
        String name = pod.netns(netnsPrefix);
        NetworkNamespace.delete(name);
        try (NetworkNamespace namespace = NetworkNamespace.create(name);
                RouteSocket inside = RouteSocket.open(namespace)) {
            int link = connect(pod.link(), namespace);
            node.apply(nodeSide(link, pod.link(), addresses));
            inside.apply(podSide(addresses));
            return new Attachment(namespace.path(), pod.link(), addresses);
        } catch (NetlinkException | SyscallException e) {
            NetworkNamespace.delete(name);
            throw e;
        }
    }

    /** The veth, with an index of ours so that the rest needs no look-up; returns the index. */
    private int connect(String link, NetworkNamespace pod) {
        while (true) {
            int index = nextLinkIndex.getAndIncrement();
            try {
                node.apply(
                        new Change.AddVeth(
                                new Change.VethEnd(link, NODE_MAC, index, Optional.empty()),
                                Change.VethEnd.in(pod, POD_LINK, POD_MAC, POD_LINK_INDEX),
                                MTU_BYTES));
                return index;
            } catch (NetlinkException e) {
                if (e.errno() == Errno.EEXIST && node.link(link).isPresent()) {
                    node.ensure(new Change.DeleteLink(link)); // an attempt that was cut short
                } else if (e.errno() != Errno.EBUSY && e.errno() != Errno.EEXIST) {
                    throw e; // EBUSY: someone else's link has the index
                }
            }
        }
    }

    private static List<Change> nodeSide(int link, String name, List<Addr> addresses) {
        List<Change> changes = new ArrayList<>();
        changes.add(Change.SetLink.upWithoutAutoconf(name));
        for (Addr address : addresses) {
            changes.add(new Change.ReplaceRoute(Route.direct(host(address), link)));
            changes.add(new Change.ReplaceNeighbour(Neighbour.permanent(link, address, POD_MAC)));
        }
        return changes;
    }

    private static List<Change> podSide(List<Addr> addresses) {
        List<Change> changes = new ArrayList<>();
        changes.add(Change.SetLink.up("lo"));
        changes.add(Change.SetLink.upWithoutAutoconf(POD_LINK));
        for (Addr address : addresses) {
            boolean ipv4 = address.family() == IpFamily.IPV4;
            Addr gateway = ipv4 ? GATEWAY_IPV4 : GATEWAY_IPV6;
            changes.add(
                    new Change.AddAddress(
                            Address.of(POD_LINK_INDEX, address, address.family().bits())));
            changes.add(
                    new Change.ReplaceNeighbour(
                            Neighbour.permanent(POD_LINK_INDEX, gateway, NODE_MAC)));
            Prefix all = ipv4 ? ALL_IPV4 : ALL_IPV6;
            changes.add(new Change.ReplaceRoute(Route.via(all, gateway, POD_LINK_INDEX)));
        }
        return changes;
    }

    private static Prefix host(Addr address) {
        return Prefix.of(address, address.family().bits());
    }

    /**
     * Removes the pod's routes at once and its namespace by name; the kernel tidies up the links
     * when the last socket in it is closed. A namespace that a later pod of this name has is left.
     *
     * @param addresses those it was attached with
     */
    public void detach(PodId pod, List<Addr> addresses) {
        String name = pod.netns(netnsPrefix);
        Optional<Link> link = node.link(pod.link());
        if (link.isPresent()) {
            List<Change> changes = new ArrayList<>();
            for (Addr address : addresses) {
                changes.add(
                        new Change.DeleteRoute(Route.direct(host(address), link.get().index())));
            }
            node.ensure(changes);
            NetworkNamespace.delete(name);
        }
    }

    /**
     * What is attached, by the node's end of the veth. The order of a pod's addresses is IPv4
     * first; of their namespaces only the link tells.
     */
    public Map<String, List<Addr>> list() {
        Map<Integer, String> links = new HashMap<>();
        for (Link link : node.links()) {
            if (link.name().matches("v[0-9a-f]{12}") && link.up()) {
                links.put(link.index(), link.name());
            }
        }
        Map<String, List<Addr>> attached = new HashMap<>();
        links.values().forEach(name -> attached.put(name, new ArrayList<>()));
        for (IpFamily family : IpFamily.values()) {
            for (Route route : node.routes(family)) {
                String link = links.get(route.linkIndex());
                if (link != null && route.destination().bits() == family.bits()) {
                    attached.computeIfAbsent(link, _ -> new ArrayList<>())
                            .add(route.destination().network());
                }
            }
        }
        return attached;
    }

    /** Whether the pod's namespace is there and its end of the veth is up with all addresses. */
    public boolean intact(PodId pod, List<Addr> addresses) {
        String name = pod.netns(netnsPrefix);
        if (!NetworkNamespace.exists(name)) {
            return false;
        }
        try (NetworkNamespace namespace = NetworkNamespace.open(name);
                RouteSocket inside = RouteSocket.open(namespace)) {
            List<Addr> there = inside.addresses().stream().map(Address::addr).toList();
            return there.containsAll(addresses);
        } catch (SyscallException e) {
            return false;
        }
    }

    /** What {@link #attach} gave for a pod that is attached already. */
    public Attachment adopted(PodId pod, List<Addr> addresses) {
        Path netns = NetworkNamespace.DIRECTORY.resolve(pod.netns(netnsPrefix));
        return new Attachment(netns, pod.link(), addresses);
    }

    /** Removes a link that belongs to no pod. */
    public void removeOrphan(String link) {
        node.ensure(new Change.DeleteLink(link));
    }

    @Override
    public void close() {
        node.close();
    }
}
