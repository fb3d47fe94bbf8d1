package io.biplane.network.pod;

import io.biplane.client.queue.WorkQueue;
import io.biplane.linux.Errno;
import io.biplane.linux.NamespaceThread;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.SyscallException;
import io.biplane.linux.Sysctl;
import io.biplane.linux.events.KernelEvents;
import io.biplane.linux.events.Pace;
import io.biplane.linux.events.Topic;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.route.Change;
import io.biplane.linux.route.Link;
import io.biplane.linux.route.Neighbour;
import io.biplane.linux.route.Route;
import io.biplane.linux.route.RouteSocket;
import io.biplane.linux.route.desired.DesiredLink;
import io.biplane.linux.route.desired.DesiredNetwork;
import io.biplane.linux.route.desired.Difference;
import io.biplane.linux.route.desired.Snapshot;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The pods of one node: each has a namespace of its own and a routed veth to the node.
 *
 * <p>The pod's end has its addresses as single hosts (/32, /128) and default routes by way of
 * 169.254.1.1 and fe80::1, which nobody has: both ends know the other's MAC by permanent
 * neighbours, so nothing is asked for on the link, and nothing that is said there is learnt. The
 * node's end has a route to each pod address. There is no bridge, no duplicate address detection,
 * and no entry in the neighbour table that counts.
 *
 * <p>What happens to any of that is heard from the kernel: {@link #repair} then puts it right.
 *
 * <p>May be used from any thread; a pod is attached, repaired or detached by one at a time.
 */
public final class PodNetwork implements AutoCloseable {
    private static final int FIRST_LINK_INDEX = 1000;
    private static final Duration BURST = Duration.ofMillis(200);

    /** A pod that is attached is heard of many times within a few milliseconds. */
    private static final Duration POD_BURST = Duration.ofMillis(100);

    private static final Duration APART = Duration.ofMillis(700);
    private static final Duration RESYNC = Duration.ofSeconds(60);

    /** What is looked at together. */
    private enum Look {
        LINKS,
        NAMES,
        ALL
    }

    private final RouteSocket node;
    private final String netnsPrefix;
    private final AtomicInteger nextLinkIndex;
    private final KernelEvents events;
    private final Consumer<PodId> suspicion;
    private final ConcurrentMap<PodId, AttachedPod> attached = new ConcurrentHashMap<>();
    private final List<KernelEvents.Watch> watches = new ArrayList<>();
    private final WorkQueue<PodId> suspects;
    private final Pace<Look> pace = new Pace<>(BURST, APART);
    private final WorkQueue<Look> queue = new WorkQueue<>("pod-links", 1, BURST, this::look);

    private PodNetwork(
            RouteSocket node,
            String netnsPrefix,
            int firstIndex,
            KernelEvents events,
            Consumer<PodId> suspicion) {
        this.node = node;
        this.netnsPrefix = netnsPrefix;
        this.nextLinkIndex = new AtomicInteger(firstIndex);
        this.events = events;
        this.suspicion = suspicion;
        this.suspects = new WorkQueue<>("pod-suspects", 1, POD_BURST, suspicion::accept);
    }

    /**
     * The pod network of the node whose namespace this is.
     *
     * @param netnsPrefix what the names of pods' namespaces begin with
     * @param suspicion hears of pods that should be looked at with {@link #repair}; on a thread
     *     that must not be held up
     */
    public static PodNetwork open(
            NetworkNamespace namespace,
            String netnsPrefix,
            KernelEvents events,
            Consumer<PodId> suspicion) {
        RouteSocket socket = RouteSocket.open(namespace);
        int highest = socket.links().stream().mapToInt(Link::index).max().orElse(0);
        int first = Math.max(FIRST_LINK_INDEX, highest + 1);
        PodNetwork network = new PodNetwork(socket, netnsPrefix, first, events, suspicion);
        network.watch(namespace);
        return network;
    }

    private void watch(NetworkNamespace namespace) {
        Set<Topic> ofLinks = EnumSet.of(Topic.LINKS, Topic.ROUTES, Topic.NEIGHBOURS);
        watches.add(
                events.watch(
                        namespace,
                        ofLinks,
                        () -> queue.addAfter(Look.LINKS, pace.delay(Look.LINKS))));
        watches.add(events.watchDirectory(NetworkNamespace.DIRECTORY, () -> queue.add(Look.NAMES)));
        watches.add(events.watchMounts(() -> queue.add(Look.NAMES)));
        queue.start();
        suspects.start();
        queue.addAfter(Look.ALL, RESYNC);
    }

    /** Finds the pods that something has happened to. */
    private void look(Look what) {
        switch (what) {
            case NAMES ->
                    attached.values().stream()
                            .filter(pod -> !pod.namespace().isNamed())
                            .forEach(pod -> suspicion.accept(pod.id()));
            case LINKS -> {
                pace.looked(what);
                lookAtLinks();
            }
            case ALL -> {
                attached.keySet().forEach(suspicion);
                queue.addAfter(Look.ALL, RESYNC);
            }
        }
    }

    private void lookAtLinks() {
        List<AttachedPod> pods = List.copyOf(attached.values());
        Snapshot found = Snapshot.read(node);
        List<DesiredLink> all = pods.stream().map(PodNetwork::nodeSide).toList();
        if (Difference.between(found, new DesiredNetwork(all, List.of())).isNone()) {
            return;
        }
        for (AttachedPod pod : pods) {
            if (!Difference.between(found, DesiredNetwork.of(nodeSide(pod))).isNone()) {
                suspicion.accept(pod.id());
            }
        }
    }

    private static DesiredLink nodeSide(AttachedPod pod) {
        return PodPlan.nodeSide(pod.id().link(), pod.addresses());
    }

    /**
     * Makes the pod's namespace and links. What is left of an earlier pod of this name, or of an
     * attempt that a dying process began, is removed first.
     *
     * @param addresses at most one of each family, the primary first
     */
    public Attachment attach(PodId pod, List<Addr> addresses) {
        String name = pod.netns(netnsPrefix);
        attached.keySet().stream()
                .filter(other -> other.netns(netnsPrefix).equals(name))
                .forEach(this::detach);
        NetworkNamespace.delete(name);
        NetworkNamespace.Created<Inside> created =
                NetworkNamespace.create(name, () -> Inside.openHere(name));
        try {
            connect(pod.link(), created.namespace(), addresses);
            created.inside().socket().apply(PodPlan.ofNewPodSide(addresses));
            created.inside().changes().forget(); // they are ours
            return keep(pod, addresses, created.namespace(), created.inside());
        } catch (NetlinkException | SyscallException e) {
            created.inside().close();
            created.namespace().close();
            NetworkNamespace.delete(name);
            throw e;
        }
    }

    /** What is opened inside a pod's namespace, on one visit. */
    private record Inside(RouteSocket socket, KernelEvents.Subscription changes) {
        static Inside openHere(String name) {
            RouteSocket socket = RouteSocket.openHere(name);
            try {
                return new Inside(socket, KernelEvents.subscribeHere(Topic.OF_ROUTES));
            } catch (SyscallException e) {
                socket.close();
                throw e;
            }
        }

        void close() {
            socket.close();
            changes.cancel();
        }
    }

    private Attachment keep(
            PodId pod, List<Addr> addresses, NetworkNamespace namespace, Inside inside) {
        KernelEvents.Watch watch = events.watch(inside.changes(), () -> suspects.add(pod));
        AttachedPod kept = new AttachedPod(pod, addresses, namespace, inside.socket(), watch);
        attached.put(pod, kept);
        return kept.attachment();
    }

    /**
     * The veth, and the node's side of it: in one message to the kernel, for the link has an index
     * of ours.
     */
    private void connect(String link, NetworkNamespace pod, List<Addr> addresses) {
        while (true) {
            int index = nextLinkIndex.getAndIncrement();
            List<Change> changes = new ArrayList<>();
            changes.add(
                    new Change.AddVeth(
                            new Change.VethEnd(link, PodPlan.NODE_MAC, index, Optional.empty()),
                            Change.VethEnd.in(
                                    pod, PodPlan.POD_LINK, PodPlan.POD_MAC, PodPlan.POD_LINK_INDEX),
                            PodPlan.MTU_BYTES));
            changes.addAll(PodPlan.ofNewNodeSide(index, link, addresses));
            try {
                node.apply(changes);
                return;
            } catch (NetlinkException e) {
                takeBack(index, addresses); // the kernel went on after the refusal
                if (e.errno() == Errno.EEXIST && node.link(link).isPresent()) {
                    node.ensure(new Change.DeleteLink(link)); // an attempt that was cut short
                } else if (e.errno() != Errno.EBUSY && e.errno() != Errno.EEXIST) {
                    throw e; // EBUSY: someone else's link has the index
                }
            }
        }
    }

    private void takeBack(int index, List<Addr> addresses) {
        List<Change> changes = new ArrayList<>();
        for (Addr address : addresses) {
            changes.add(new Change.DeleteRoute(Route.direct(PodPlan.host(address), index)));
            changes.add(
                    new Change.DeleteNeighbour(
                            Neighbour.permanent(index, address, PodPlan.POD_MAC)));
        }
        node.ensure(changes);
    }

    /**
     * Takes over a pod that another process attached. Nobody kept it meanwhile, so it is under
     * suspicion.
     *
     * @return empty if its namespace or its veth is gone: it must be attached anew
     */
    public Optional<Attachment> adopt(PodId pod, List<Addr> addresses) {
        String name = pod.netns(netnsPrefix);
        if (!NetworkNamespace.exists(name)) {
            return Optional.empty();
        }
        try {
            NetworkNamespace namespace = NetworkNamespace.open(name);
            Inside inside = NamespaceThread.in(namespace, () -> Inside.openHere(name));
            if (!connected(pod, inside.socket())) {
                inside.close();
                namespace.close();
                return Optional.empty();
            }
            Attachment adopted = keep(pod, addresses, namespace, inside);
            suspicion.accept(pod);
            return Optional.of(adopted);
        } catch (SyscallException notANamespace) {
            return Optional.empty();
        }
    }

    /** Whether the pod's veth is there and leads from the node to the pod. */
    private boolean connected(PodId pod, RouteSocket inside) {
        Optional<Link> near = node.link(pod.link());
        Optional<Link> far = inside.link(PodPlan.POD_LINK);
        return near.isPresent() && far.isPresent() && near.get().isPeerOf(far.get());
    }

    /**
     * Compares what an attached pod has with what it is to have, and puts right what differs. Open
     * connections go on: namespace, addresses and ports stay what they were.
     *
     * @return what was missing or wrong; nothing for a pod that is whole, or not attached
     * @throws NetlinkException if the kernel refuses: the pod is cut off
     */
    public List<String> repair(PodId id) {
        AttachedPod pod = attached.get(id);
        if (pod == null) {
            return List.of();
        }
        List<String> repaired = new ArrayList<>();
        if (!pod.namespace().isNamed()) {
            pod.namespace().restoreName();
            repaired.add("the namespace's name %s is missing".formatted(pod.namespace()));
        }
        boolean cut = !connected(id, pod.inside());
        if (cut) {
            node.ensure(new Change.DeleteLink(id.link()));
            pod.inside().ensure(new Change.DeleteLink(PodPlan.POD_LINK));
            connect(id.link(), pod.namespace(), pod.addresses());
            repaired.add("link %s is missing".formatted(id.link()));
        }
        List<String> inPod = List.of();
        DesiredNetwork podSide = PodPlan.podSide(pod.addresses());
        if (!podSide.compare(pod.inside()).isNone()) {
            if (pod.addresses().stream().anyMatch(a -> a.family() == IpFamily.IPV6)) {
                repaired.addAll(enableIpv6(pod.namespace()));
            }
            inPod = podSide.restore(pod.inside()); // of what IPv6 has brought back, too
        }
        List<String> onNode = DesiredNetwork.of(nodeSide(pod)).restore(node);
        if (!cut) { // with a link goes all that hangs on it; that need not be told
            repaired.addAll(inPod);
            repaired.addAll(onNode);
        }
        return repaired;
    }

    /** Where it is disabled, the kernel takes all IPv6 addresses away and refuses new ones. */
    private static List<String> enableIpv6(NetworkNamespace namespace) {
        return NamespaceThread.in(
                namespace,
                () -> {
                    List<String> repaired = new ArrayList<>();
                    for (String scope : new String[] {"all", "lo", PodPlan.POD_LINK}) {
                        String key = "net/ipv6/conf/%s/disable_ipv6".formatted(scope);
                        if (Sysctl.get(key).equals("1")) {
                            Sysctl.set(key, "0");
                            repaired.add(key + " was 1");
                        }
                    }
                    return repaired;
                });
    }

    /**
     * Removes the pod's routes at once and its namespace by name; the kernel tidies up the links
     * when the last socket in it is closed. A namespace that a later pod of this name has is left.
     */
    public void detach(PodId id) {
        AttachedPod pod = attached.remove(id);
        if (pod == null) {
            return;
        }
        Optional<Link> link = node.link(id.link());
        if (link.isPresent()) {
            List<Change> changes = new ArrayList<>();
            for (Addr address : pod.addresses()) {
                Prefix host = PodPlan.host(address);
                changes.add(new Change.DeleteRoute(Route.direct(host, link.get().index())));
            }
            node.ensure(changes);
        }
        if (pod.namespace().isNamed()) {
            NetworkNamespace.delete(pod.namespace().name());
        }
        pod.release();
    }

    /**
     * What is attached, whole or damaged, by the node's end of the veth. The order of a pod's
     * addresses is IPv4 first; of their namespaces only the link tells.
     */
    public Map<String, List<Addr>> list() {
        Map<Integer, String> links = new HashMap<>();
        for (Link link : node.links()) {
            if (link.name().matches("v[0-9a-f]{12}")) {
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

    /** Removes a link that belongs to no pod. */
    public void removeOrphan(String link) {
        node.ensure(new Change.DeleteLink(link));
    }

    /** Ends the keeping; the pods stay as they are. */
    @Override
    public void close() {
        queue.close();
        suspects.close();
        watches.forEach(KernelEvents.Watch::close);
        attached.values().forEach(AttachedPod::release);
        attached.clear();
        node.close();
    }
}
