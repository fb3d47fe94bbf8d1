package io.biplane.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.kind.Kinds;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.client.selection.ServiceSelection;
import io.biplane.client.testing.FakeApi;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.KernelTest;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.node.standin.ScriptedStandIns;
import io.biplane.node.standin.ServedState;
import io.biplane.node.standin.StandInsClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** What becomes of a pod whose container exits at the worst moment; the stand-ins are scripted. */
@KernelTest
final class PodLoopKernelTest {
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final ClusterNetwork NETWORK = ClusterNetwork.plan("hplp", 6);

    @TempDir Path directory;
    private final FakeApi api = new FakeApi();
    private final Informers informers = new Informers(api.client());
    private final ExecutorService kernel = KernelThreads.create();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final CountDownLatch toldOfExit = new CountDownLatch(1);

    @BeforeEach
    void aNode() {
        NetworkNamespace.create(NETWORK.nodeNamespace("node-1")).close();
        api.create(
                "{'apiVersion':'v1','kind':'Pod','metadata':{'namespace':'default','name':'web'},"
                        + "'spec':{'nodeName':'node-1','hostNetwork':true,'restartPolicy':'Never',"
                        + "'containers':[{'name':'c','image':'agnhost'}]}}");
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        informers.close();
        api.close();
        kernel.shutdown();
        NetworkNamespace.delete(NETWORK.nodeNamespace("node-1"));
    }

    private void run() {
        KernelEvents events = KernelEvents.start("pod-loop-test");
        open.add(events);
        NodePods node =
                new NodePods(
                        NodeConfig.of("node-1", NETWORK.nodeAddresses(1)),
                        NETWORK,
                        kernel,
                        events,
                        _ -> {});
        open.add(node);
        Listener listener = new Listener();
        StandInsClient client =
                new StandInsClient(directory.resolve("standins.sock"), () -> {}, listener);
        EventRecorder recorder = new EventRecorder(api.client(), "kubelet");
        open.add(recorder);
        Informer<PodView> pods = informers.informer(ViewedKind.PODS);
        PodLoop loop =
                new PodLoop(
                        api.client(),
                        pods,
                        new ServiceSelection(informers.informer(ViewedKind.SERVICES), pods),
                        Map.of("node-1", node),
                        client,
                        recorder);
        listener.loop = loop;
        open.add(client);
        open.add(loop);
        client.start();
        informers.start();
        Eventually.holds(LIMIT, () -> pods.synced() ? "" : "not synced");
        loop.start();
        loop.addAll();
    }

    private final class Listener implements StandInsClient.Listener {
        private volatile @org.jspecify.annotations.Nullable PodLoop loop;

        @Override
        public void connected(String instance) {}

        @Override
        public void exited(ServedState state) {
            PodLoop known = loop;
            if (known != null) {
                known.exited(state);
            }
            toldOfExit.countDown();
        }
    }

    /** All carriers of virtual threads are busy until this is closed. */
    private static final class BusyCarriers implements AutoCloseable {
        private final AtomicBoolean over = new AtomicBoolean();

        BusyCarriers() {
            int carriers = Runtime.getRuntime().availableProcessors();
            CountDownLatch spinning = new CountDownLatch(carriers);
            for (int i = 0; i < carriers; i++) {
                Thread _ =
                        Thread.ofVirtual()
                                .start(() -> {
                                    spinning.countDown();
                                    while (!over.get()) {
                                        Thread.onSpinWait();
                                    }
                                });
            }
            try {
                assertThat(spinning.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            over.set(true);
        }
    }

    /**
     * The answer "listening" and the news of the exit come in one go, and the worker that waits for
     * the answer does not run before the news has been heard.
     */
    @Test
    void anExitWhileTheStandInsAnswerIsNotLost() {
        AtomicInteger asked = new AtomicInteger();
        try (ScriptedStandIns standIns =
                new ScriptedStandIns(
                        directory.resolve("standins.sock"),
                        request -> answer(request, asked.incrementAndGet()))) {
            run();
            Eventually.holds(
                    LIMIT,
                    () -> {
                        JsonNode status =
                                api.find(Kinds.PODS, "default", "web").orElseThrow().path("status");
                        return status.path("phase").asString("").equals("Failed")
                                ? ""
                                : "asked %d times, status %s"
                                        .formatted(standIns.requests("serve").size(), status);
                    });
        }
    }

    private String answer(JsonNode request, int asked) {
        if (asked > 1) {
            return ScriptedStandIns.served(request, "c", "{\"exited\":3}");
        }
        BusyCarriers busy = new BusyCarriers();
        Thread _ =
                Thread.ofPlatform()
                        .start(() -> {
                            try (busy) {
                                assertThat(toldOfExit.await(LIMIT.toSeconds(), TimeUnit.SECONDS))
                                        .isTrue();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        return ScriptedStandIns.served(request, "c", "{\"listening\":true}")
                + ScriptedStandIns.exited(request, "c", 3);
    }
}
