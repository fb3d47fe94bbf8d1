package io.biplane.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.kind.Kinds;
import io.biplane.api.view.PodView;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Key;
import io.biplane.client.testing.FakeApi;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

class WaitingPodsTest {
    private final FakeApi api = new FakeApi();
    private final EventRecorder recorder = new EventRecorder(api.client(), "kubelet");
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final WaitingPods waiting = new WaitingPods(recorder, now::get);

    @AfterEach
    void close() {
        recorder.close();
        api.close();
    }

    private static PodView pod(String name, String node) {
        return PodView.of(
                StandInPortsTest.tree(
                        "{'apiVersion':'v1','kind':'Pod','metadata':{'namespace':'x','name':'%s','uid':'%s-uid'},'spec':{'nodeName':'%s'}}"
                                .formatted(name, name, node)));
    }

    private void fails(PodView pod, int times, String why) {
        for (int i = 0; i < times; i++) {
            waiting.tell(pod, "FailedCreatePodSandBox", why);
        }
    }

    private ObjectNode only(int count) {
        return api.await(
                        Kinds.EVENTS,
                        all -> all.size() == 1 && all.getFirst().path("count").asInt() == count)
                .getFirst();
    }

    @Test
    void manyAttemptsAreOneEventUntilItIsTimeForAReminder() {
        fails(pod("a", "node-1"), 100, "full");
        ObjectNode event = only(1);
        assertThat(event.path("type").asString()).isEqualTo("Warning");
        assertThat(event.path("reason").asString()).isEqualTo("FailedCreatePodSandBox");
        assertThat(event.path("message").asString()).isEqualTo("full");
        assertThat(event.at("/involvedObject/uid").asString()).isEqualTo("a-uid");
        assertThat(event.at("/source/host").asString()).isEqualTo("node-1");
        now.updateAndGet(t -> t.plus(Duration.ofMinutes(1)));
        fails(pod("a", "node-1"), 100, "full");
        only(2);
        assertThat(api.count("POST", "/events")).isEqualTo(1);
        assertThat(api.count("PATCH", "/events")).isEqualTo(1);
    }

    @Test
    void anotherCauseAndAnotherPodOfTheNameAreNews() {
        fails(pod("a", "node-1"), 2, "full");
        fails(pod("a", "node-1"), 2, "too small");
        api.await(Kinds.EVENTS, all -> all.size() == 2);
        ObjectNode again = pod("a", "node-1").json().deepCopy();
        ((ObjectNode) again.path("metadata")).put("uid", "other");
        fails(PodView.of(again), 2, "too small");
        api.await(Kinds.EVENTS, all -> all.size() == 3);
    }

    @Test
    void thoseOfANodeAreKnownUntilTheyHaveTheirNetwork() {
        fails(pod("a", "node-1"), 1, "full");
        fails(pod("b", "node-2"), 1, "full");
        assertThat(waiting.on("node-1")).isEqualTo(List.of(new Key("x", "a")));
        waiting.remove(new Key("x", "a"));
        assertThat(waiting.on("node-1")).isEmpty();
    }

    @Test
    void aCauseWithoutWordsIsNamedByItsType() {
        assertThat(WaitingPods.sandbox(new IllegalStateException("full")))
                .isEqualTo("Failed to create pod sandbox: full");
        assertThat(WaitingPods.sandbox(new NullPointerException()))
                .isEqualTo("Failed to create pod sandbox: java.lang.NullPointerException");
    }
}
