package io.biplane.bench;

import com.sun.management.OperatingSystemMXBean;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.ViewedKind;
import io.biplane.apiserver.ApiServer;
import io.biplane.apiserver.config.ApiServerConfig;
import io.biplane.apiserver.exchange.User;
import io.biplane.apiserver.http.Listeners;
import io.biplane.cli.controlplane.InProcessTransport;
import io.biplane.client.ApiClient;
import io.biplane.client.DeleteOptions;
import io.biplane.client.PatchType;
import io.biplane.client.informer.Informers;
import io.biplane.controllers.ControllerManager;
import io.biplane.controllers.config.ControllerManagerConfig;
import io.biplane.loop.Await;
import io.biplane.loop.Loop;
import io.biplane.netip.Addr;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.embedded.EmbeddedStore;

import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** One JVM of {@link NodeScaleBench}; prints a line for each number of Services. */
final class NodeScaleRun {
    private static final String SERVICE_RANGES = "10.96.0.0/12,fd00:10:96::/108";
    private static final int SERVICES = 10_000;
    private static final int NEW_NODES = 1_000;
    private static final int WARM_UP_NODES = 400;
    private static final int OLD_NODES = 10;

    /** Each is an endpoint of so many Services that all have one. */
    private static final int PODS = 100;

    private static final int CLIENTS = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POPULATING = Duration.ofMinutes(15);

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final ApiClient client;
    private final Informers informers;

    private NodeScaleRun(ApiClient client, Informers informers) {
        this.client = client;
        this.informers = informers;
    }

    /** Takes an empty directory. */
    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        ServerSocketChannel listener =
                Listeners.open(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        ApiServerConfig config =
                new ApiServerConfig(
                        ApiServerConfig.parseServiceRanges(SERVICE_RANGES),
                        PortRange.NODE_PORTS,
                        List.of(Addr.parse("172.30.0.1")),
                        ((InetSocketAddress) listener.getLocalAddress()).getPort(),
                        directory.resolve("pki"),
                        List.of(),
                        true);
        try (EmbeddedStore store = EmbeddedStore.open(directory.resolve("store"));
                ApiServer server = new ApiServer(config, store, List.of(listener))) {
            server.start();
            ApiClient client =
                    new ApiClient(new InProcessTransport(server.handler(), User.LOOPBACK), "bench");
            try (Informers informers = new Informers(client);
                    ControllerManager controllers =
                            new ControllerManager(
                                            ControllerManagerConfig.of(
                                                    "10.128.0.0/9,fd00:10:244::/48",
                                                    SERVICE_RANGES),
                                            client,
                                            informers)
                                    .withScheduler(client)) {
                controllers.start();
                new NodeScaleRun(client, informers).run();
            }
        }
        System.exit(0); // what the libraries left running
    }

    private void run() throws Exception {
        informers.awaitSynced(Duration.ofSeconds(60));
        oldNodes();
        measure("warm-up", WARM_UP_NODES, 0);
        measure("new", NEW_NODES, 0);
        populate();
        measure("new", NEW_NODES, SERVICES);
    }

    /** Nodes with live leases, and Ready pods on them. */
    private void oldNodes() throws InterruptedException {
        inParallel(
                OLD_NODES,
                i -> {
                    create(Kinds.NODES, node("old-" + i, "True"));
                    create(
                            Kinds.LEASES,
                            """
                            {"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"namespace":"kube-node-lease","name":"old-%d"},
                             "spec":{"leaseDurationSeconds":40}}
                            """
                                    .formatted(i));
                });
        Loop.virtual("renew-leases").every(Duration.ofSeconds(10)).run(this::renewLeases).start();
        inParallel(PODS, this::pod);
    }

    private void renewLeases() {
        for (int i = 0; i < OLD_NODES; i++) {
            client.patch(
                    Kinds.LEASES,
                    "kube-node-lease",
                    "old-" + i,
                    PatchType.MERGE,
                    Json.parse("{\"spec\":{\"leaseTransitions\":%d}}".formatted(i)));
            client.patchStatus(
                    Kinds.NODES,
                    null,
                    "old-" + i,
                    PatchType.STRATEGIC,
                    Json.parse(
                            "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"lastHeartbeatTime\":\"%s\"}]}}"
                                    .formatted(
                                            Instant.ofEpochSecond(
                                                    Instant.now().getEpochSecond()))));
        }
    }

    private static String node(String name, String ready) {
        return """
        {"apiVersion":"v1","kind":"Node","metadata":{"name":"%s","labels":{"kubernetes.io/hostname":"%s"}},
         "status":{"addresses":[{"type":"Hostname","address":"%s"}],
                   "conditions":[{"type":"Ready","status":"%s","reason":"Bench","message":"","lastHeartbeatTime":"2026-01-01T00:00:00Z"}]}}
        """
                .formatted(name, name, name, ready);
    }

    private void pod(int i) {
        create(
                Kinds.PODS,
                """
                {"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"default","name":"p-%d","labels":{"app":"g-%d"}},
                 "spec":{"nodeName":"old-%d","containers":[{"name":"c","image":"i"}]}}
                """
                        .formatted(i, i, i % OLD_NODES));
        client.patchStatus(
                Kinds.PODS,
                "default",
                "p-" + i,
                PatchType.MERGE,
                Json.parse(
                        """
                        {"status":{"phase":"Running","podIP":"10.1.0.%d","podIPs":[{"ip":"10.1.0.%d"},{"ip":"fd00:1::%d"}],
                         "conditions":[{"type":"Ready","status":"True"}]}}
                        """
                                .formatted(i + 1, i + 1, i + 1)));
    }

    private void populate() throws Exception {
        inParallel(
                SERVICES,
                i ->
                        create(
                                Kinds.SERVICES,
                                """
                                {"apiVersion":"v1","kind":"Service","metadata":{"namespace":"default","name":"s-%d"},
                                 "spec":{"ipFamilyPolicy":"RequireDualStack","selector":{"app":"g-%d"},"ports":[{"port":80}]}}
                                """
                                        .formatted(i, i % PODS)));
        var slices = informers.informer(ViewedKind.ENDPOINT_SLICES);
        Optional<String> amiss =
                Await.within(POPULATING)
                        .every(Duration.ofSeconds(1))
                        .until(() ->
                                slices.list().size() < 2 * SERVICES
                                        ? "the Services have no endpoints yet"
                                        : "");
        if (amiss.isPresent()) {
            throw new IllegalStateException(amiss.get());
        }
    }

    private void create(Resource resource, String json) {
        client.create(resource, Json.parseObject(json));
    }

    private void measure(String prefix, int count, int services) throws Exception {
        awaitIdle();
        String name = "%s-%d-".formatted(prefix, services);
        Set<String> done = ConcurrentHashMap.newKeySet();
        CountDownLatch left = new CountDownLatch(count);
        informers
                .informer(ViewedKind.NODES)
                .listen((_, after) -> {
                    if (after != null
                            && after.name().startsWith(name)
                            && after.podCidrs().size() == 2
                            && done.add(after.name())) {
                        left.countDown();
                    }
                });
        System.gc();
        long cpu = SYSTEM.getProcessCpuTime();
        long began = System.nanoTime();
        inParallel(count, i -> create(Kinds.NODES, node(name + i, "False")));
        long created = System.nanoTime() - began;
        boolean all = left.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        long took = System.nanoTime() - began;
        if (!prefix.equals("warm-up")) {
            System.out.printf(
                    "services=%-6d nodes=%d of %d with both podCIDRs after %.2f s (created after %.2f s): %.0f Nodes/s, %.2f ms of CPU a Node%n",
                    services,
                    done.size(),
                    count,
                    took / 1e9,
                    created / 1e9,
                    done.size() * 1e9 / took,
                    (SYSTEM.getProcessCpuTime() - cpu) / 1e6 / Math.max(1, done.size()));
        }
        if (all) {
            inParallel(
                    count, i -> client.delete(Kinds.NODES, null, name + i, DeleteOptions.DEFAULT));
        }
    }

    /** Until the control plane uses less than a tenth of a core for a second. */
    private static void awaitIdle() throws InterruptedException {
        long[] before = {0};
        Optional<String> _ =
                Await.within(POPULATING)
                        .every(Duration.ofSeconds(1))
                        .until(() -> {
                            long now = SYSTEM.getProcessCpuTime();
                            boolean idle = now - before[0] <= Duration.ofMillis(100).toNanos();
                            before[0] = now;
                            return idle ? "" : "busy";
                        });
    }

    private static void inParallel(int count, IntConsumer work) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < CLIENTS; t++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                for (int i = next.getAndIncrement();
                                        i < count;
                                        i = next.getAndIncrement()) {
                                    work.accept(i);
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
