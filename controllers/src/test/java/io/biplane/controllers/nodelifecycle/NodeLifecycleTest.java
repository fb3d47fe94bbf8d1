package io.biplane.controllers.nodelifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Json;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.client.PatchType;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Informers;
import io.biplane.client.testing.FakeApi;
import io.biplane.linux.testing.Eventually;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

class NodeLifecycleTest {
    private static final NodeLifecycleConfig CONFIG =
            new NodeLifecycleConfig(
                    Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(20));

    private final FakeApi api = new FakeApi();
    private final Informers informers = new Informers(api.client());
    private final EventRecorder events = new EventRecorder(api.client(), "node-controller");
    private final NodeLifecycle lifecycle =
            new NodeLifecycle(CONFIG, api.client(), informers, events);
    private final PodGc podGc = new PodGc(CONFIG, api.client(), informers);

    @BeforeEach
    void start() throws Exception {
        informers.start();
        informers.awaitSynced(Duration.ofSeconds(10));
        lifecycle.start();
        podGc.start();
    }

    @AfterEach
    void close() {
        podGc.close();
        lifecycle.close();
        events.close();
        informers.close();
        api.close();
    }

    @Test
    void aSilentNodeIsUnknownTaintedAndItsPodsAreNotReadyThenEvicted() {
        node();
        pod("usual", "");
        pod("stays", ",'tolerations':[{'operator':'Exists'}]");
        List<ObjectNode> nodes =
                api.await(Kinds.NODES, all -> NodeView.of(all.getFirst()).taints().size() == 2);
        NodeView node = NodeView.of(nodes.getFirst());
        assertThat(node.conditions().getFirst().status()).isEqualTo("Unknown");
        assertThat(node.conditions().getFirst().reason()).isEqualTo("NodeStatusUnknown");
        assertThat(node.taints())
                .allSatisfy(t -> assertThat(t.key()).isEqualTo(NodeTaints.UNREACHABLE));
        api.await(Kinds.PODS, all -> all.stream().map(PodView::of).noneMatch(PodView::ready));
        api.await(
                Kinds.PODS,
                all ->
                        all.stream()
                                .map(PodView::of)
                                .anyMatch(p -> p.name().equals("usual") && p.terminating()));
        assertThat(PodView.of(api.find(Kinds.PODS, "x", "stays").orElseThrow()).terminating())
                .isFalse();
    }

    @Test
    void aNodeThatSpeaksAgainLosesItsTaints() {
        node();
        api.await(Kinds.NODES, all -> NodeView.of(all.getFirst()).taints().size() == 2);
        AtomicInteger second = new AtomicInteger();
        Eventually.holds(
                Duration.ofSeconds(20),
                () -> {
                    speak("2026-01-01T01:00:%02dZ".formatted(second.incrementAndGet() % 60));
                    ObjectNode node = api.find(Kinds.NODES, "", "n").orElseThrow();
                    return NodeView.of(node).taints().isEmpty() ? "" : "tainted: " + node;
                });
    }

    /** As a living node does again and again: one that does it once is silent soon after. */
    private void speak(String time) {
        api.client()
                .patchStatus(
                        Kinds.NODES,
                        null,
                        "n",
                        PatchType.MERGE,
                        Json.parse(
                                "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"lastHeartbeatTime\":\"%s\"}]}}"
                                        .formatted(time)));
    }

    @Test
    void podsOfANodeThatIsNoMoreAreDeletedAtOnce() {
        node();
        pod("p", "");
        api.client().delete(Kinds.NODES, null, "n");
        api.await(Kinds.PODS, List::isEmpty);
    }

    @Test
    void knowsHowLongPodsBearATaint() {
        Duration usual = Duration.ofMinutes(5);
        ObjectNode pod =
                Json.parseObject(
                        "{\"spec\":{\"tolerations\":[{\"key\":\"node.kubernetes.io/not-ready\",\"operator\":\"Exists\",\"effect\":\"NoExecute\",\"tolerationSeconds\":7}]}}");
        assertThat(NodeTaints.tolerated(pod, NodeTaints.NOT_READY, usual))
                .contains(Duration.ofSeconds(7));
        assertThat(NodeTaints.tolerated(pod, NodeTaints.UNREACHABLE, usual)).contains(usual);
    }

    private void node() {
        api.create(
                "{'apiVersion':'v1','kind':'Node','metadata':{'name':'n'},'spec':{},'status':{'conditions':[{'type':'Ready','status':'True','lastHeartbeatTime':'2026-01-01T00:00:00Z'}]}}");
    }

    private void pod(String name, String more) {
        api.create(
                "{'apiVersion':'v1','kind':'Pod','metadata':{'namespace':'x','name':'%s'},'spec':{'nodeName':'n'%s},'status':{'phase':'Running','conditions':[{'type':'Ready','status':'True'}]}}"
                        .formatted(name, more));
    }
}
