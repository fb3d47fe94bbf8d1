package io.biplane.cli.agents;

import io.biplane.api.Kinds;
import io.biplane.api.view.NodeView;
import io.biplane.cli.cluster.ClusterSpec;
import io.biplane.cli.cluster.DataDirectory;
import io.biplane.cli.cluster.StandInsLauncher;
import io.biplane.client.ApiClient;
import io.biplane.client.HttpsTransport;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.client.kubeconfig.Kubeconfig;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.linux.events.Topic;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.fabric.FabricKeeper;
import io.biplane.network.fabric.NodeRoutes;
import io.biplane.network.fabric.RepairEvents;
import io.biplane.network.table.NamespaceTables;
import io.biplane.node.AgentsConfig;
import io.biplane.node.NodeAgents;
import io.biplane.node.NodeConfig;
import io.biplane.proxy.ServiceProxy;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.LockSupport;

/**
 * All agents of a cluster, over one set of informers. Built top to bottom here, and closed bottom
 * to top; what they wrote into the kernel stays when they end, so that nobody notices.
 */
final class Agents implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Agents.class.getName());
    private static final Duration CONFIG_DEADLINE = Duration.ofSeconds(60);
    private static final String VERSION = "v1.34.0-biplane";

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private Agents() {}

    static Agents start(DataDirectory data) {
        Agents agents = new Agents();
        agents.run(data);
        return agents;
    }

    private <T extends AutoCloseable> T opened(T what) {
        open.push(what);
        return what;
    }

    private void run(DataDirectory data) {
        long began = System.nanoTime();
        ClusterSpec spec = data.requireSpec();
        sayHowMany(data, spec);
        ClusterNetwork network = spec.network();
        awaitFile(data.agentsConfig());
        HttpsTransport transport =
                opened(new HttpsTransport(Kubeconfig.load(data.agentsConfig()).access()));
        ApiClient client = new ApiClient(transport, "biplane-agents");
        Informers informers = opened(new Informers(client));
        Informer<NodeView> nodes = informers.informer(Kinds.NODES, NodeView::of);

        KernelEvents kernelEvents = opened(KernelEvents.start("kernel-events"));
        RepairEvents repairs =
                new RepairEvents(opened(new EventRecorder(client, "biplane-fabric")));
        FabricKeeper fabric =
                opened(new FabricKeeper(network, spec.nodes(), kernelEvents, repairs));
        fabric.start();
        ServiceProxy proxy = opened(new ServiceProxy(AgentTables.proxyConfig(network), informers));
        proxy.onRepair((namespace, tables) -> repaired(repairs, namespace, tables));
        proxy.start();
        Keeping keeping = new Keeping(proxy, scheduler(), kernelEvents, repairs);
        List<CompletableFuture<?>> written = new ArrayList<>();
        for (String node : spec.nodeNames()) {
            written.add(
                    keep(node, network.nodeNamespace(node), AgentTables.ofNode(network), keeping));
            opened(NodeRoutes.ofNode(network, node)).start(nodes, kernelEvents, repairs);
        }
        // The fabric serves the host, and routes for it and for the outside.
        written.add(keep("fabric", network.fabricNamespace(), AgentTables.ofFabric(), keeping));
        opened(NodeRoutes.ofFabric(network)).start(nodes, kernelEvents, repairs);

        NodeAgents kubelets =
                opened(new NodeAgents(config(spec, data), client, informers, kernelEvents));
        informers.start();
        // A node says that it is Ready once its Services are there.
        CompletableFuture.allOf(written.toArray(CompletableFuture[]::new)).join();
        kubelets.start();
        LOG.log(
                Level.INFO,
                () ->
                        "agents started nodes=%d took=%dms"
                                .formatted(spec.nodes(), (System.nanoTime() - began) / 1_000_000));
    }

    /**
     * So that {@code up} with more nodes starts others. Where it cannot be said, it does anyway.
     */
    private static void sayHowMany(DataDirectory data, ClusterSpec spec) {
        try {
            data.agentNodes(spec.nodes());
        } catch (IOException e) {
            LOG.log(Level.WARNING, () -> "writing the number of nodes failed: " + e);
        }
    }

    /** What keeps the nftables of a namespace, and whom it tells. */
    private record Keeping(
            ServiceProxy proxy,
            ScheduledExecutorService scheduler,
            KernelEvents events,
            RepairEvents repairs) {}

    /**
     * Keeps the nftables of a namespace from now on: those of the Services, and those given.
     *
     * @return completes when the Services' tables are written
     */
    private CompletableFuture<?> keep(
            String name, String namespace, List<DesiredTable> tables, Keeping keeping) {
        try (NetworkNamespace at = NetworkNamespace.open(namespace)) {
            Nftables nftables = opened(KernelNftables.open(at));
            NamespaceTables kept =
                    opened(
                            new NamespaceTables(
                                    name,
                                    nftables,
                                    tables,
                                    NamespaceTables.RESYNC_INTERVAL,
                                    keeping.scheduler(),
                                    damaged -> repaired(keeping.repairs(), name, damaged)));
            kept.start();
            CompletableFuture<?> written = keeping.proxy().serve(name, nftables);
            Runnable changed =
                    () -> {
                        kept.resync();
                        keeping.proxy().check(name);
                    };
            opened(keeping.events().watch(at, EnumSet.of(Topic.RULESET), changed));
            return written;
        }
    }

    private static void repaired(RepairEvents repairs, String name, List<Table> tables) {
        repairs.repaired(
                name, tables.stream().map("nftables table %s differs"::formatted).toList());
    }

    private ScheduledExecutorService scheduler() {
        ScheduledExecutorService executor =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("namespace-tables").daemon().factory());
        open.push(executor::shutdownNow);
        return executor;
    }

    private static AgentsConfig config(ClusterSpec spec, DataDirectory data) {
        List<NodeConfig> nodes = new ArrayList<>();
        for (int i = 1; i <= spec.nodes(); i++) {
            nodes.add(NodeConfig.of(ClusterNetwork.nodeName(i), spec.network().nodeAddresses(i)));
        }
        return new AgentsConfig(
                spec.network(), nodes, data.standInsSocket(), new StandInsLauncher(data), VERSION);
    }

    /** The control plane starts at the same time, and writes the file when it is ready. */
    private static void awaitFile(Path file) {
        long deadline = System.nanoTime() + CONFIG_DEADLINE.toNanos();
        while (!Files.exists(file)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "the control plane has not written %s within %d s: its log tells why"
                                .formatted(file, CONFIG_DEADLINE.toSeconds()));
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            AutoCloseable last = open.pop();
            try {
                last.close();
            } catch (Exception e) {
                LOG.log(Level.WARNING, () -> "closing failed: " + e);
            }
        }
        LOG.log(Level.INFO, "agents ended");
    }
}
