package io.biplane.cli.agents;

import io.biplane.api.view.NodeView;
import io.biplane.api.view.ViewedKind;
import io.biplane.cli.cluster.ClusterSpec;
import io.biplane.cli.cluster.ComponentProcess;
import io.biplane.cli.cluster.DataDirectory;
import io.biplane.cli.cluster.ReadySocket;
import io.biplane.cli.command.Opened;
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
import io.biplane.linux.nftables.desired.Predecessor;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.loop.Await;
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
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;

/**
 * All agents of a cluster, over one set of informers. Built top to bottom here, and closed bottom
 * to top; what they wrote into the kernel stays when they end, so that nobody notices.
 */
final class Agents {
    private static final System.Logger LOG = System.getLogger(Agents.class.getName());
    private static final Duration CONFIG_DEADLINE = Duration.ofSeconds(60);
    private static final String VERSION = "v1.34.0-biplane";

    private final DataDirectory data;
    private final ReadySocket ready;
    private final Opened opened;

    Agents(ComponentProcess.Context context) {
        this.data = context.data();
        this.ready = context.ready();
        this.opened = context.opened();
    }

    /** Returns when the agents work; what it waits for may never come. */
    void start() throws ExecutionException, InterruptedException {
        long began = System.nanoTime();
        ClusterSpec spec = data.requireSpec();
        sayHowMany(data, spec);
        ClusterNetwork network = spec.network();
        ready.waitsFor(() -> "the API server");
        awaitFile(data.agentsConfig());
        HttpsTransport transport =
                opened.add(new HttpsTransport(Kubeconfig.load(data.agentsConfig()).access()));
        ApiClient client = new ApiClient(transport, "biplane-agents");
        Informers informers = opened.add(new Informers(client));
        Informer<NodeView> nodes = informers.informer(ViewedKind.NODES);

        KernelEvents kernelEvents = opened.add(KernelEvents.start("kernel-events"));
        RepairEvents repairs =
                new RepairEvents(opened.add(new EventRecorder(client, "biplane-fabric")));
        NetworkNamespace here = NetworkNamespace.currentAs(network.fabricNamespace());
        FabricKeeper fabric =
                opened.add(new FabricKeeper(network, here, spec.nodes(), kernelEvents, repairs));
        fabric.start();
        ServiceProxy proxy =
                opened.add(new ServiceProxy(AgentTables.proxyConfig(network), informers));
        proxy.onRepair((namespace, tables) -> repaired(repairs, namespace, tables));
        proxy.start();
        Keeping keeping = new Keeping(proxy, scheduler(), kernelEvents, repairs);
        List<CompletableFuture<?>> written = new ArrayList<>();
        for (String node : spec.nodeNames()) {
            written.add(
                    keep(node, network.nodeNamespace(node), AgentTables.ofNode(network), keeping));
            opened.add(NodeRoutes.ofNode(network, node)).start(nodes, kernelEvents, repairs);
        }
        // The fabric serves the host, and routes for it and for the outside.
        written.add(keep("fabric", network.fabricNamespace(), AgentTables.ofFabric(), keeping));
        opened.add(NodeRoutes.ofFabric(network)).start(nodes, kernelEvents, repairs);

        NodeAgents kubelets =
                opened.add(new NodeAgents(config(spec, data), client, informers, kernelEvents));
        informers.start();
        // A node says that it is Ready once its Services are there.
        Void _ = CompletableFuture.allOf(written.toArray(CompletableFuture[]::new)).get();
        kubelets.start();
        ready.waitsFor(() -> notReady(spec.nodeNames(), nodes));
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
            Nftables nftables = opened.add(KernelNftables.open(at));
            NamespaceTables kept =
                    opened.add(
                            new NamespaceTables(
                                    name,
                                    nftables,
                                    tables,
                                    NamespaceTables.RESYNC_INTERVAL,
                                    keeping.scheduler(),
                                    damaged -> repaired(keeping.repairs(), name, damaged)));
            Runnable changed =
                    () -> {
                        kept.resync();
                        keeping.proxy().check(name);
                    };
            // Before the first comparison, so that nothing is missed between the two.
            opened.add(keeping.events().watch(at, EnumSet.of(Topic.RULESET), changed));
            Predecessor before = Predecessor.in(nftables);
            kept.start(before);
            return keeping.proxy().serve(name, nftables, before);
        }
    }

    private static void repaired(RepairEvents repairs, String name, List<Table> tables) {
        repairs.repaired(
                name, tables.stream().map("nftables table %s differs"::formatted).toList());
    }

    /** Which of our nodes are not Ready. */
    private static String notReady(List<String> ours, Informer<NodeView> nodes) {
        Set<String> ready =
                nodes.list().stream()
                        .filter(NodeView::ready)
                        .map(NodeView::name)
                        .collect(Collectors.toSet());
        List<String> missing = ours.stream().filter(name -> !ready.contains(name)).toList();
        return missing.isEmpty() ? "" : "nodes to be Ready: " + String.join(", ", missing);
    }

    private ScheduledExecutorService scheduler() {
        ScheduledExecutorService executor =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("namespace-tables").daemon().factory());
        opened.add(executor::shutdownNow);
        return executor;
    }

    private static AgentsConfig config(ClusterSpec spec, DataDirectory data) {
        List<NodeConfig> nodes = new ArrayList<>();
        for (int i = 1; i <= spec.nodes(); i++) {
            nodes.add(NodeConfig.of(ClusterNetwork.nodeName(i), spec.network().nodeAddresses(i)));
        }
        return new AgentsConfig(
                spec.network(), nodes, data.standInsSocket(), Agents::launchStandIns, VERSION);
    }

    /** The cluster's processes watch each other: one that has ended is being started already. */
    private static void launchStandIns() {}

    /** The control plane starts at the same time, and writes the file when it is ready. */
    private static void awaitFile(Path file) throws InterruptedException {
        Optional<String> amiss =
                Await.within(CONFIG_DEADLINE)
                        .until(() -> Files.exists(file) ? "" : "has not written " + file);
        if (amiss.isPresent()) {
            throw new IllegalStateException(
                    "the control plane %s within %d s: its log tells why"
                            .formatted(amiss.get(), CONFIG_DEADLINE.toSeconds()));
        }
    }
}
