package io.biplane.network.fabric;

import io.biplane.client.queue.WorkQueue;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.linux.events.Pace;
import io.biplane.linux.events.Topic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the fabric's namespaces as {@link Fabric#up} made them: the bridge, the nodes with their
 * links, addresses, neighbours, default routes and sysctls, the outside. It hears of changes in the
 * kernel, looks at the namespace concerned and repairs what is missing; a comparison of everything
 * follows at a fixed interval. Namespaces that lose their name get it back.
 *
 * <p>Runs in the fabric, beside the agents. The link to the host is {@link HostKeeper}'s, routes to
 * pods are {@link NodeRoutes}'.
 */
public final class FabricKeeper implements AutoCloseable {
    static final Duration BURST = Duration.ofMillis(100);

    /** Pods come and go on a node, and each is many changes. */
    static final Duration APART = Duration.ofMillis(700);

    static final Duration RESYNC = Duration.ofSeconds(60);

    static final String FABRIC = "fabric";
    private static final String NAMES = "names";

    private final FabricRepair repair;
    private final KernelEvents events;
    private final RepairListener listener;
    private final Map<String, Station> stations = new LinkedHashMap<>();
    private final Map<String, Integer> nodes = new LinkedHashMap<>();

    /** What was gone when the keeper came, and is not told of yet. */
    private final Map<String, String> lost = new ConcurrentHashMap<>();

    private final List<KernelEvents.Watch> watches = new ArrayList<>();
    private final Pace<String> pace = new Pace<>(BURST, APART);
    private final WorkQueue<String> queue = new WorkQueue<>("fabric", 1, BURST, this::look);

    /**
     * {@link Fabric#up} has made the namespaces. Those that were lost since, while nobody kept
     * them, are there again when this returns.
     *
     * @param fabric the fabric's namespace, closed with the keeper; its name may be lost
     */
    public FabricKeeper(
            ClusterNetwork network,
            NetworkNamespace fabric,
            int nodes,
            KernelEvents events,
            RepairListener listener) {
        this.repair = new FabricRepair(new FabricPlan(network, nodes));
        this.events = events;
        this.listener = listener;
        if (!fabric.isNamed()) {
            fabric.restoreName();
            lost.put(FABRIC, nameMissing(fabric));
        }
        stations.put(FABRIC, Station.of(fabric));
        for (int node = 1; node <= nodes; node++) {
            String name = ClusterNetwork.nodeName(node);
            this.nodes.put(name, node);
            stations.put(name, ensure(name, network.nodeNamespace(name)));
        }
        stations.put(Fabric.OUTSIDE, ensure(Fabric.OUTSIDE, network.outsideNamespace()));
    }

    /** With its name, a namespace in which no process is was lost as well. */
    private Station ensure(String name, String namespace) {
        if (!NetworkNamespace.isBound(namespace)) {
            lost.put(name, "the namespace %s is missing".formatted(namespace));
        }
        return Station.ensure(namespace);
    }

    private static String nameMissing(NetworkNamespace namespace) {
        return "the namespace's name %s is missing".formatted(namespace);
    }

    /** Begins to listen; the first look at everything is at once. */
    public void start() {
        stations.forEach((name, station) ->
                watches.add(
                        events.watch(
                                station.namespace(),
                                Topic.OF_ROUTES,
                                () -> queue.addAfter(name, pace.delay(name)))));
        watches.add(events.watchDirectory(NetworkNamespace.DIRECTORY, () -> queue.add(NAMES)));
        watches.add(events.watchMounts(() -> queue.add(NAMES)));
        queue.start();
        stations.keySet().forEach(queue::add);
    }

    private void look(String name) {
        if (name.equals(NAMES)) {
            stations.forEach((station, at) -> {
                if (!at.namespace().isNamed()) {
                    queue.add(station);
                }
            });
            return;
        }
        pace.looked(name);
        List<String> repaired = repair(name);
        if (!repaired.isEmpty()) {
            listener.repaired(name, repaired);
        }
        queue.addAfter(name, RESYNC);
    }

    private List<String> repair(String name) {
        Station station = station(name);
        Station fabric = station(FABRIC);
        List<String> repaired = new ArrayList<>();
        Optional.ofNullable(lost.remove(name)).ifPresent(repaired::add);
        if (!station.namespace().isNamed()) {
            station.namespace().restoreName();
            repaired.add(nameMissing(station.namespace()));
        }
        Integer node = nodes.get(name);
        if (node != null) {
            repaired.addAll(repair.node(fabric, station, node));
        } else if (name.equals(Fabric.OUTSIDE)) {
            repaired.addAll(repair.outside(fabric, station));
        } else {
            repaired.addAll(repair.fabric(fabric));
        }
        return repaired;
    }

    private Station station(String name) {
        Station station = stations.get(name);
        if (station == null) {
            throw new IllegalStateException("no station " + name);
        }
        return station;
    }

    /** Ends the keeping; what is in the kernel stays. */
    @Override
    public void close() {
        queue.close();
        watches.forEach(KernelEvents.Watch::close);
        stations.values().forEach(Station::close);
    }
}
