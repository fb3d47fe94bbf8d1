package io.biplane.network.fabric;

import io.biplane.api.view.NodeView;
import io.biplane.client.informer.Informer;
import io.biplane.client.queue.WorkQueue;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.linux.events.Pace;
import io.biplane.linux.events.Topic;
import io.biplane.linux.route.Change;
import io.biplane.linux.route.Link;
import io.biplane.linux.route.Neighbour;
import io.biplane.linux.route.Route;
import io.biplane.linux.route.RouteSocket;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The routes of one namespace (a node's, or the fabric's) to the pods of all other nodes, and the
 * neighbours that they need: {@link #reconcile} makes the kernel hold exactly those.
 *
 * <p>Of routes, only those into the pod ranges are touched; of neighbours, only those on the nodes
 * bridge that belong to no Node any more.
 */
public final class NodeRoutes implements AutoCloseable {
    private static final Duration BURST = Duration.ofMillis(10);
    private static final Duration RESYNC = Duration.ofSeconds(60);
    private static final Duration UNSYNCED = Duration.ofMillis(50);

    private final ClusterNetwork network;
    private final NodeRoutePlan plan;
    private final RouteSocket socket;
    private final String uplink;
    private final String self;
    private final WorkQueue<String> queue = new WorkQueue<>("node-routes", 1, BURST, _ -> follow());
    private final Pace<String> pace = new Pace<>(FabricKeeper.BURST, FabricKeeper.APART);
    private final NetworkNamespace namespace;

    private final Losses lostNeighbours = new Losses();
    private final Losses lostRoutes = new Losses();

    private List<String> damage = List.of();
    private List<RoutedBlocks.Refused> refused = List.of();

    /** What was told of refused blocks already. */
    private final Set<String> told = new HashSet<>();

    private volatile @Nullable Informer<NodeView> nodes;
    private @Nullable RepairListener listener;
    private KernelEvents.@Nullable Watch watch;

    private NodeRoutes(
            ClusterNetwork network, NetworkNamespace namespace, String uplink, String self) {
        this.network = network;
        this.plan = new NodeRoutePlan(network, self);
        this.namespace = namespace;
        this.socket = RouteSocket.open(namespace);
        this.uplink = uplink;
        this.self = self;
    }

    /** In the namespace of the node of that name. */
    public static NodeRoutes ofNode(ClusterNetwork network, String node) {
        return open(network, network.nodeNamespace(node), Fabric.UPLINK, node);
    }

    /** In the fabric's namespace, for the host, the outside and the control plane. */
    public static NodeRoutes ofFabric(ClusterNetwork network) {
        return open(network, network.fabricNamespace(), Fabric.BRIDGE, "");
    }

    private static NodeRoutes open(
            ClusterNetwork network, String namespace, String uplink, String self) {
        return new NodeRoutes(network, NetworkNamespace.open(namespace), uplink, self);
    }

    /**
     * Reconciles now, after every change of a Node or of the kernel's routes, and each minute.
     *
     * @param listener hears of routes that were there, should be, and were gone
     */
    public void start(Informer<NodeView> nodes, KernelEvents events, RepairListener listener) {
        this.listener = listener;
        this.nodes = nodes;
        nodes.listen((before, after) -> queue.add(self));
        Set<Topic> topics = EnumSet.of(Topic.LINKS, Topic.ROUTES, Topic.NEIGHBOURS);
        watch = events.watch(namespace, topics, () -> queue.addAfter(self, pace.delay(self)));
        queue.start();
        queue.add(self);
    }

    private void follow() {
        Informer<NodeView> known = nodes;
        if (known != null && known.synced()) {
            pace.looked(self);
            int _ = reconcile(known.list());
            if (!damage.isEmpty() && listener != null) {
                listener.repaired(self.isEmpty() ? FabricKeeper.FABRIC : self, List.copyOf(damage));
            }
            if (self.isEmpty() && listener != null) {
                tellRefused(listener); // one of all namespaces is enough
            }
        }
        queue.addAfter(self, known != null && known.synced() ? RESYNC : UNSYNCED);
    }

    private void tellRefused(RepairListener listener) {
        Set<String> now = new HashSet<>();
        for (RoutedBlocks.Refused each : refused) {
            String what = each.node().uid() + " " + each.reason();
            now.add(what);
            if (!told.contains(what)) {
                listener.refused(each.node(), each.reason());
            }
        }
        told.clear();
        told.addAll(now);
    }

    /**
     * Makes the kernel hold the routes and neighbours for these nodes.
     *
     * @return how many changes it took
     */
    public int reconcile(Collection<NodeView> nodes) {
        int link =
                socket.link(uplink)
                        .map(Link::index)
                        .orElseThrow(() ->
                                new IllegalStateException("link %s is gone".formatted(uplink)));
        Map<IpFamily, RoutedBlocks> blocks = plan.blocks(nodes);
        Map<String, Change> routes = NodeRoutePlan.routes(blocks.values(), link);
        Map<String, Change> neighbours = plan.neighbours(nodes, link);
        Map<String, Change> missingRoutes = new LinkedHashMap<>(routes);
        Map<String, Change> missingNeighbours = new LinkedHashMap<>(neighbours);
        List<Change> changes = new ArrayList<>();
        blocks.forEach((family, routed) -> {
            compareNeighbours(family, link, missingNeighbours);
            compareRoutes(family, link, routed, missingRoutes, changes);
        });
        changes.addAll(missingNeighbours.values());
        changes.addAll(missingRoutes.values());
        damage = new ArrayList<>();
        damage.addAll(
                lostNeighbours.of(
                        neighbours.keySet(),
                        missingNeighbours.keySet(),
                        () -> plan.neighbours(earlier(nodes), link).keySet()));
        damage.addAll(
                lostRoutes.of(
                        routes.keySet(),
                        missingRoutes.keySet(),
                        () ->
                                NodeRoutePlan.routes(plan.blocks(earlier(nodes)).values(), link)
                                        .keySet()));
        refused = blocks.values().stream().flatMap(b -> b.refused().stream()).toList();
        socket.ensure(changes);
        return changes.size();
    }

    /** What the last turn found to be lost. */
    List<String> damage() {
        return damage;
    }

    /** Those that there were when this process began. */
    private List<NodeView> earlier(Collection<NodeView> nodes) {
        return nodes.stream().filter(node -> lostRoutes.isEarlier(node.meta())).toList();
    }

    private void compareNeighbours(IpFamily family, int link, Map<String, Change> missing) {
        for (Neighbour neighbour : socket.neighbours(family, link)) {
            if (neighbour.permanent()) {
                Addr address = neighbour.addr();
                boolean right =
                        network.onBridge(address)
                                && neighbour
                                        .mac()
                                        .equals(Optional.of(network.macOnBridge(address)));
                if (right) {
                    missing.remove(NodeRoutePlan.called(address));
                }
            }
        }
    }

    private void compareRoutes(
            IpFamily family,
            int link,
            RoutedBlocks routed,
            Map<String, Change> missing,
            List<Change> changes) {
        List<Route> found = new ArrayList<>(socket.routes(family, link));
        found.addAll(socket.unreachable(family));
        for (Route route : found) {
            if (!isOurs(route, link)) {
                continue;
            }
            Optional<Addr> via = routed.nextHops().get(route.destination());
            if (via == null) {
                changes.add(new Change.DeleteRoute(route));
            } else if (via.equals(route.via())) {
                missing.remove(NodeRoutePlan.called(route.destination(), via));
            }
        }
    }

    /**
     * A route to a node's block: over the uplink, or unreachable in a pod range, not to one pod.
     * What leads to a node is ours wherever its destination is: a build that looked at no range
     * made it.
     */
    private boolean isOurs(Route route, int link) {
        Optional<Prefix> range = network.pods().get(route.family());
        boolean blockOfPods =
                route.table() == Route.MAIN
                        && range.isPresent()
                        && range.get().contains(route.destination());
        boolean wholeRange = range.filter(route.destination()::equals).isPresent();
        boolean nextHop = route.linkIndex() == link && route.via().isPresent();
        boolean toANode =
                nextHop
                        && route.table() == Route.MAIN
                        && route.protocol() == Route.PROTOCOL_STATIC
                        && route.destination().bits() > 0;
        boolean unreachable = route.kind() == Route.Kind.UNREACHABLE;
        return toANode
                || (blockOfPods && (nextHop || (unreachable && !(wholeRange && self.isEmpty()))));
    }

    @Override
    public void close() {
        queue.close();
        if (watch != null) {
            watch.close();
        }
        socket.close();
        namespace.close();
    }
}
