package io.biplane.client.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Json;
import io.biplane.api.kind.Kinds;
import io.biplane.client.testing.FakeApi;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

class EventRecorderTest {
    private final FakeApi api = new FakeApi();
    private final EventRecorder recorder = new EventRecorder(api.client(), "kubelet");

    @AfterEach
    void close() {
        recorder.close();
        api.close();
    }

    private static ObjectNode pod(String name) {
        return Json.parseObject(
                """
                {"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"x","name":"%s","uid":"u"}}
                """
                        .formatted(name));
    }

    @Test
    void anEventSaysWhoSawItOnWhichNode() {
        recorder.onHost("node-1").warning(pod("a"), "Why", "so");
        recorder.warning(pod("b"), "Why", "so");
        var events = api.await(Kinds.EVENTS, all -> all.size() == 2);
        ObjectNode onNode = events.getFirst();
        assertThat(onNode.path("source"))
                .isEqualTo(Json.parseObject("{\"component\":\"kubelet\",\"host\":\"node-1\"}"));
        assertThat(onNode.path("reportingInstance").asString()).isEqualTo("node-1");
        assertThat(events.getLast().path("source"))
                .isEqualTo(Json.parseObject("{\"component\":\"kubelet\"}"));
        assertThat(events.getLast().has("reportingInstance")).isFalse();
    }

    @Test
    void whatIsSaidAgainIsCountedForEachNodeByItself() {
        recorder.onHost("node-1").warning(pod("a"), "Why", "so");
        recorder.onHost("node-1").warning(pod("a"), "Why", "so");
        recorder.onHost("node-2").warning(pod("a"), "Why", "so");
        api.await(
                Kinds.EVENTS,
                all ->
                        all.size() == 2
                                && all.getFirst().path("count").asInt() == 2
                                && all.getLast().path("count").asInt() == 1);
    }

    /** Nobody would hear of anything any more. */
    @Test
    void aFailureThatNobodyThoughtOfDoesNotEndTheRecorder() {
        AtomicBoolean first = new AtomicBoolean(true);
        api.refuse(request -> {
            if (first.getAndSet(false)) {
                throw new IllegalStateException("a bug");
            }
            return Optional.empty();
        });
        recorder.warning(pod("a"), "Why", "lost");
        recorder.warning(pod("a"), "Why", "written");
        api.await(
                Kinds.EVENTS,
                all ->
                        all.size() == 1
                                && all.getFirst().path("message").asString().equals("written"));
    }

    /** Not even one of the kind that is no exception: the loop goes on with the next event. */
    @Test
    void anErrorDoesNotEndTheRecorder() {
        AtomicBoolean first = new AtomicBoolean(true);
        api.refuse(request -> {
            if (first.getAndSet(false)) {
                throw new StackOverflowError("a bug");
            }
            return Optional.empty();
        });
        recorder.warning(pod("a"), "Why", "lost");
        recorder.warning(pod("a"), "Why", "written");
        api.await(
                Kinds.EVENTS,
                all ->
                        all.size() == 1
                                && all.getFirst().path("message").asString().equals("written"));
    }
}
