package io.biplane.node;

import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ServiceView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.ApiClient;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Index;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.client.selection.ServiceSelection;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.netip.IpFamily;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.pod.PodId;
import io.biplane.node.standin.ServedContainer;
import io.biplane.node.standin.ServedPod;
import io.biplane.node.standin.ServedState;
import io.biplane.node.standin.StandInsClient;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The node agents of one process: one informer of each kind, one queue of pods, one connection to
 * the stand-ins, for all of its nodes.
 *
 * <p>A restarted agent adopts what is there: pods keep their namespaces, addresses and open
 * connections. What belongs to no pod any more is removed before the first pod is looked at.
 */
public final class NodeAgents implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(NodeAgents.class.getName());

    /** Where the host beyond the cluster answers, as a stand-in does. */
    public static final int OUTSIDE_TCP_PORT = 80;

    public static final int OUTSIDE_UDP_PORT = 5353;

    /** The uid under which the stand-ins know the host beyond the cluster. */
    private static final String OUTSIDE = "outside";

    private static final Duration SYNC_PATIENCE = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final AgentsConfig config;
    private final Informers informers;
    private final Informer<PodView> pods;
    private final Informer<NodeView> nodes;
    private final Informer<ServiceView> services;
    private final ServiceSelection selection;
    private final Index<PodView> podsByNode;
    private final Map<String, NodePods> networks = new HashMap<>();
    private final ExecutorService kernel = KernelThreads.create();
    private final StandInsClient standIns;
    private final EventRecorder events;
    private final PodLoop podLoop;
    private final NodeLoop nodeLoop;
    private volatile boolean swept;

    /**
     * The nodes' namespaces exist; {@code informers} are started, and they and {@code kernelEvents}
     * closed, by the caller.
     */
    public NodeAgents(
            AgentsConfig config, ApiClient client, Informers informers, KernelEvents kernelEvents) {
        this.config = config;
        this.informers = informers;
        this.pods = informers.informer(ViewedKind.PODS);
        this.nodes = informers.informer(ViewedKind.NODES);
        this.services = informers.informer(ViewedKind.SERVICES);
        this.selection = new ServiceSelection(services, pods);
        this.podsByNode = pods.index(pod -> List.of(pod.nodeName()));
        Machine machine = Machine.read();
        Map<String, NodeObject> objects = new HashMap<>();
        for (NodeConfig node : config.nodes()) {
            networks.put(
                    node.name(),
                    new NodePods(node, config.network(), kernel, kernelEvents, this::suspected));
            objects.put(node.name(), new NodeObject(node, machine, config.version()));
        }
        this.standIns =
                new StandInsClient(
                        config.standInsSocket(), config.launchStandIns(), new StandInsEvents());
        this.events = new EventRecorder(client, "kubelet");
        this.podLoop = new PodLoop(client, pods, selection, networks, standIns, events);
        this.nodeLoop = new NodeLoop(client, nodes, objects, this::takePodCidrs);
    }

    private void suspected(PodId pod) {
        podLoop.suspect(pod);
    }

    private final class StandInsEvents implements StandInsClient.Listener {
        @Override
        public void connected(String instance) {
            LOG.log(System.Logger.Level.INFO, () -> "stand-ins connected instance=" + instance);
            Thread.ofVirtual().name("standins-connected").start(() -> serveAnew(instance));
        }

        @Override
        public void exited(ServedState state) {
            podLoop.exited(state);
        }
    }

    /** Begins to work in the background. */
    public void start() {
        standIns.start();
        nodes.listen(this::nodeChanged);
        nodeLoop.start();
        Thread.ofVirtual().name("node-agents").start(this::adoptThenRun);
    }

    private void nodeChanged(@Nullable NodeView before, @Nullable NodeView after) {
        NodeView either = after != null ? after : before;
        if (either != null) {
            nodeLoop.add(either.name());
        }
    }

    /**
     * Takes the podCIDRs of a node, once what earlier agents left is removed.
     *
     * @return why no pod can have a network there; else empty
     */
    private Optional<String> takePodCidrs(NodeView node) {
        NodePods network = networks.get(node.name());
        if (network != null
                && swept
                && network.podCidrs(node.podCidrs(), podsByNode.get(node.name()))) {
            podsByNode.get(node.name()).forEach(podLoop::add);
        }
        return NodePods.fault(config.network(), node.podCidrs());
    }

    private void adoptThenRun() {
        try {
            awaitSynced();
            while (!orphansRemoved()) {
                Thread.sleep(RETRY);
            }
            swept = true;
            nodes.list().forEach(this::takePodCidrs);
            networks.keySet().forEach(nodeLoop::add);
            podLoop.start();
            pods.listen((before, after) ->
                    Stream.of(before, after).filter(pod -> pod != null).forEach(podLoop::add));
            services.listen(this::serviceChanged);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitSynced() throws InterruptedException {
        while (true) {
            try {
                informers.awaitSynced(SYNC_PATIENCE);
                return;
            } catch (TimeoutException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        () -> "still waiting: %s".formatted(e.getMessage()));
            }
        }
    }

    private boolean orphansRemoved() {
        try {
            removeOrphans();
            return true;
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.WARNING, "orphans not removed, trying again", e);
            return false;
        }
    }

    /** Links and namespaces of pods that are no more; the stand-ins' when they are connected. */
    private void removeOrphans() {
        int links = 0;
        for (Map.Entry<String, NodePods> node : networks.entrySet()) {
            links += node.getValue().removeOrphans(podsByNode.get(node.getKey()));
        }
        String prefix = config.network().podNamespacePrefix();
        Set<String> known = new HashSet<>();
        pods.list().forEach(pod -> known.add(NodePods.idOf(pod).netns(prefix)));
        List<String> orphans =
                NetworkNamespace.list().stream()
                        .filter(name -> name.startsWith(prefix) && !known.contains(name))
                        .toList();
        orphans.forEach(NetworkNamespace::delete);
        int removed = links;
        if (removed + orphans.size() > 0) {
            LOG.log(
                    System.Logger.Level.INFO,
                    () ->
                            "orphans removed links=%d namespaces=%d"
                                    .formatted(removed, orphans.size()));
        }
    }

    private void serviceChanged(@Nullable ServiceView before, @Nullable ServiceView after) {
        Stream.of(before, after)
                .filter(service -> service != null)
                .flatMap(service -> selection.pods(service).stream())
                .forEach(podLoop::add);
    }

    /**
     * The stand-ins are connected: they serve the outside, our pods, and of ours no others. As long
     * as this instance of them is the one, what fails is tried again.
     */
    private void serveAnew(String instance) {
        try {
            while (!served() && standIns.instance().equals(instance)) {
                Thread.sleep(RETRY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean served() throws InterruptedException {
        try {
            standIns.serve(outside());
            awaitSynced();
            Set<String> known = new HashSet<>(Set.of(OUTSIDE));
            pods.list().forEach(pod -> known.add(pod.uid()));
            List<String> orphans =
                    standIns.list().stream()
                            .map(state -> state.pod().uid())
                            .filter(uid -> !known.contains(uid))
                            .toList();
            if (!orphans.isEmpty()) {
                standIns.stop(orphans);
            }
            podLoop.addAll();
            return true;
        } catch (IOException | RuntimeException | Error e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "stand-ins not told of all pods: %s".formatted(e));
            return false;
        }
    }

    private ServedPod outside() {
        ClusterNetwork network = config.network();
        return new ServedPod(
                OUTSIDE,
                "",
                OUTSIDE,
                "",
                OUTSIDE,
                NetworkNamespace.DIRECTORY.resolve(network.outsideNamespace()),
                Stream.of(IpFamily.values()).map(network::outsideHost).toList(),
                0,
                List.of(
                        new ServedContainer(
                                OUTSIDE, List.of(OUTSIDE_TCP_PORT), List.of(OUTSIDE_UDP_PORT))));
    }

    /** Ends the agents; pods, their network and the stand-ins stay as they are. */
    @Override
    public void close() {
        podLoop.close();
        nodeLoop.close();
        standIns.close();
        kernel.shutdown();
        networks.values().forEach(NodePods::close);
        events.close();
    }
}
