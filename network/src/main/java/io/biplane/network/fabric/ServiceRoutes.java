package io.biplane.network.fabric;

import io.biplane.api.view.ServiceCidrView;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Informer;
import io.biplane.client.queue.WorkQueue;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.linux.events.Topic;
import io.biplane.linux.route.Change;
import io.biplane.linux.route.Link;
import io.biplane.linux.route.Route;
import io.biplane.linux.route.RouteSocket;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The way to the blocks of ServiceCIDRs that {@link Fabric#up} does not know of: a route on the
 * host, by the link to the fabric, and one in the fabric that makes unreachable what no Service
 * has. Pods and nodes need neither: their packets are translated where they are.
 *
 * <p>On the host, only routes by the cluster's link are touched; in the fabric, only unreachable
 * ones outside of the pod ranges. A block that overlaps another route of the host, or a range of
 * the cluster's own, gets none, and an event says so.
 */
public final class ServiceRoutes implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ServiceRoutes.class.getName());
    private static final Duration BURST = Duration.ofMillis(10);
    private static final Duration RESYNC = Duration.ofSeconds(60);
    private static final Duration UNSYNCED = Duration.ofMillis(50);

    private final ClusterNetwork network;
    private final HostSide host;
    private final RouteSocket onHost;
    private final NetworkNamespace fabric;
    private final RouteSocket inFabric;
    private final List<KernelEvents.Watch> watches = new ArrayList<>();
    private final EventRecorder events;
    private final RepairListener listener;
    private final Losses lossesOnHost = new Losses();
    private final Losses lossesInFabric = new Losses();

    private final WorkQueue<String> queue =
            new WorkQueue<>("service-routes", 1, BURST, _ -> follow());
    private volatile @Nullable Informer<ServiceCidrView> ranges;

    /** What was told of a block, so that it is told once; confined to the queue's worker. */
    private Set<String> told = new HashSet<>();

    /**
     * @param events for what gets no route; closed by the caller
     * @param listener hears of routes that were there, should be, and were gone
     */
    public ServiceRoutes(
            ClusterNetwork network, HostSide host, EventRecorder events, RepairListener listener) {
        this.network = network;
        this.host = host;
        this.events = events;
        this.listener = listener;
        this.onHost = RouteSocket.open(host.namespace());
        this.fabric = NetworkNamespace.open(network.fabricNamespace());
        this.inFabric = RouteSocket.open(fabric);
    }

    /** Reconciles now, after every change of a ServiceCIDR or of routes, and each minute. */
    public void start(Informer<ServiceCidrView> informer, KernelEvents kernel) {
        informer.listen((before, after) -> queue.add(network.name()));
        this.ranges = informer;
        Set<Topic> topics = EnumSet.of(Topic.LINKS, Topic.ROUTES);
        Runnable look = () -> queue.addAfter(network.name(), FabricKeeper.BURST);
        watches.add(kernel.watch(host.namespace(), topics, look));
        watches.add(kernel.watch(fabric, topics, look));
        queue.start();
        queue.add(network.name());
    }

    private void follow() {
        Informer<ServiceCidrView> known = ranges;
        boolean synced = known != null && known.synced();
        if (known != null && synced) {
            int _ = reconcile(known.list());
        }
        queue.addAfter(network.name(), synced ? RESYNC : UNSYNCED);
    }

    /**
     * Makes the kernel hold the routes for these ServiceCIDRs.
     *
     * @return how many changes it took
     */
    public int reconcile(Collection<ServiceCidrView> ranges) {
        int link =
                onHost.link(network.hostLink())
                        .map(Link::index)
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        "link %s is gone".formatted(network.hostLink())));
        Set<Prefix> wanted = wanted(ranges);
        List<Change> here = new ArrayList<>();
        List<Change> there = new ArrayList<>();
        for (IpFamily family : IpFamily.values()) {
            here.addAll(fabricChanges(family, wanted));
        }
        for (IpFamily family : host.families()) {
            there.addAll(hostChanges(family, link, wanted));
        }
        Set<Prefix> earlier = earlierBlocks(ranges);
        List<String> lostHere =
                lossesInFabric.of(called(wanted), missing(here), () -> called(earlier));
        wanted.removeIf(block -> !host.families().contains(block.family()));
        List<String> lostThere =
                lossesOnHost.of(called(wanted), missing(there), () -> called(earlier));
        inFabric.ensure(here);
        onHost.ensure(there);
        tell(FabricKeeper.FABRIC, lostHere);
        tell(HostKeeper.HOST, lostThere);
        return here.size() + there.size();
    }

    private void tell(String station, List<String> lost) {
        if (!lost.isEmpty()) {
            listener.repaired(station, lost);
        }
    }

    private static Set<String> called(Collection<Prefix> blocks) {
        return blocks.stream().map(ServiceRoutes::called).collect(Collectors.toSet());
    }

    private static String called(Prefix block) {
        return "route to Services %s".formatted(block);
    }

    private static Set<String> missing(List<Change> changes) {
        Set<String> missing = new LinkedHashSet<>();
        for (Change change : changes) {
            if (change instanceof Change.ReplaceRoute(Route route)) {
                missing.add(called(route.destination()));
            }
        }
        return missing;
    }

    /** Those of ServiceCIDRs that there were when this process began. */
    private Set<Prefix> earlierBlocks(Collection<ServiceCidrView> ranges) {
        return ranges.stream()
                .filter(range -> lossesInFabric.isEarlier(range.meta()))
                .flatMap(range -> range.cidrs().stream())
                .collect(Collectors.toSet());
    }

    /** The blocks that get a route; of the others an event tells why. */
    private Set<Prefix> wanted(Collection<ServiceCidrView> ranges) {
        List<HostRoute> foreign =
                host.routes().stream()
                        .filter(route -> !route.device().equals(network.hostLink()))
                        .toList();
        Set<Prefix> wanted = new HashSet<>();
        Set<String> refused = new HashSet<>();
        for (ServiceCidrView range : ranges) {
            for (Prefix block : range.cidrs()) {
                Optional<String> clash = clash(block, foreign);
                if (clash.isEmpty()) {
                    wanted.add(block);
                } else if (refused.add(clash.get()) && !told.contains(clash.get())) {
                    LOG.log(Level.WARNING, clash::get);
                    events.warning(range.json(), "HostRouteNotAdded", clash.get());
                }
            }
        }
        told = refused;
        network.services().values().forEach(wanted::remove);
        return wanted;
    }

    private Optional<String> clash(Prefix block, List<HostRoute> foreign) {
        if (network.services().values().contains(block)) {
            return Optional.empty(); // up has seen to it
        }
        Optional<String> own =
                Stream.of(network.pods(), network.nodes(), network.transit(), network.outside())
                        .flatMap(ranges -> ranges.values().stream())
                        .filter(block::overlaps)
                        .findFirst()
                        .map(range -> "the cluster's own range " + range);
        return own.or(() ->
                        foreign.stream()
                                .filter(route -> route.clashesWith(block))
                                .findFirst()
                                .map(route -> "the host's route \"%s\"".formatted(route)))
                .map(what ->
                        "block %s overlaps %s: the host has no way to its Services, pods and nodes do (take another block, or remove that route)"
                                .formatted(block, what));
    }

    private List<Change> hostChanges(IpFamily family, int link, Set<Prefix> wanted) {
        TreeMap<Prefix, Route> missing = new TreeMap<>();
        wanted.stream()
                .filter(block -> block.family() == family)
                .forEach(block ->
                        missing.put(
                                block,
                                Route.via(block, network.fabricEnd(family), link)
                                        .from(network.hostEnd(family))));
        List<Change> changes = new ArrayList<>();
        for (Route route : onHost.routes(family)) {
            boolean added =
                    route.table() == Route.MAIN
                            && route.linkIndex() == link
                            && route.via().isPresent()
                            && !network.routedFromHost(family).contains(route.destination());
            if (added && missing.remove(route.destination()) == null) {
                changes.add(new Change.DeleteRoute(route));
            }
        }
        missing.values().forEach(route -> changes.add(new Change.ReplaceRoute(route)));
        return changes;
    }

    private List<Change> fabricChanges(IpFamily family, Set<Prefix> wanted) {
        Set<Prefix> missing = new HashSet<>(wanted);
        missing.removeIf(block -> block.family() != family);
        List<Prefix> kept =
                Stream.of(network.pods(), network.services())
                        .flatMap(ranges -> ranges.get(family).stream())
                        .toList();
        List<Change> changes = new ArrayList<>();
        for (Route route : inFabric.routes(family)) {
            boolean added =
                    route.table() == Route.MAIN
                            && route.kind() == Route.Kind.UNREACHABLE
                            && !kept.contains(route.destination())
                            && network.pods().get(family).stream()
                                    .noneMatch(pods -> pods.contains(route.destination()));
            if (added && !missing.remove(route.destination())) {
                changes.add(new Change.DeleteRoute(route));
            }
        }
        missing.forEach(block -> changes.add(new Change.ReplaceRoute(Route.unreachable(block))));
        return changes;
    }

    /** Ends the following; the routes stay. */
    @Override
    public void close() {
        queue.close();
        watches.forEach(KernelEvents.Watch::close);
        onHost.close();
        inFabric.close();
        fabric.close();
    }
}
