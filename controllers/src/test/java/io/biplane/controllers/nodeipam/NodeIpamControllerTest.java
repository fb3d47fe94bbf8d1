package io.biplane.controllers.nodeipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Informers;
import io.biplane.client.testing.FakeApi;
import io.biplane.controllers.config.ControllerManagerConfig;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

class NodeIpamControllerTest {
    private final FakeApi api = new FakeApi();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        api.close();
    }

    @Test
    void givesBlocksInTheOrderOfTheClusterCidr() throws Exception {
        run("fc00::/24,10.244.0.0/16", "");
        node("a");
        assertThat(cidrs("a")).containsExactly("fc00::/64", "10.244.0.0/24");
        ObjectNode stored = api.find(Kinds.NODES, null, "a").orElseThrow();
        assertThat(Fields.text(stored, "spec", "podCIDR")).isEqualTo("fc00::/64");
    }

    @Test
    void handsOutNoBlockTwice() throws Exception {
        run("10.244.0.0/16,fc00::/24", "");
        for (int i = 0; i < 200; i++) {
            node("n" + i);
        }
        List<ObjectNode> nodes =
                api.await(
                        Kinds.NODES,
                        all ->
                                all.size() == 200
                                        && all.stream().noneMatch(n -> blocks(n).isEmpty()));
        assertThat(nodes.stream().flatMap(n -> blocks(n).stream()).distinct()).hasSize(400);
    }

    @Test
    void leaksNothingWhenOneFamilyIsExhausted() throws Exception {
        run("10.244.0.0/22,fd00::/64", ""); // four IPv4 blocks, one IPv6 block
        node("a");
        assertThat(cidrs("a")).containsExactly("10.244.0.0/24", "fd00::/64");
        for (int i = 0; i < 6; i++) {
            node("b" + i);
        }
        List<ObjectNode> events = api.await(Kinds.EVENTS, all -> all.size() == 6);
        assertThat(events)
                .allSatisfy(e -> assertThat(Fields.text(e, "reason")).isEqualTo("CIDRNotAvailable"))
                .allSatisfy(e -> assertThat(Fields.text(e, "type")).isEqualTo("Normal"))
                .anySatisfy(e ->
                        assertThat(Fields.text(e, "message"))
                                .isEqualTo("Node b3 status is now: CIDRNotAvailable"));
        api.client().delete(Kinds.NODES, null, "a");
        // One of those that wait gets the IPv6 block and an IPv4 block: none of these has leaked.
        assertThat(given(1).values()).allSatisfy(b -> assertThat(b).contains("fd00::/64"));
    }

    @Test
    void proposesTheNextBlockWhenOneIsTaken() throws Exception {
        api.refuse(r ->
                r.method().equals("PATCH")
                                && new String(r.body(), StandardCharsets.UTF_8)
                                        .contains("10.244.0.0/24")
                        ? Optional.of(StatusException.conflict(Kinds.NODES, "a", "taken"))
                        : Optional.empty());
        run("10.244.0.0/16,fc00::/24", "");
        node("a");
        assertThat(cidrs("a")).first().isEqualTo("10.244.1.0/24");
    }

    @Test
    void proposesTheSameBlocksAgainWhenTheAnswerWasLost() throws Exception {
        run("10.244.0.0/16,fc00::/24", "");
        AtomicInteger left = new AtomicInteger(3);
        api.refuse(r ->
                r.method().equals("PATCH") && left.getAndDecrement() > 0
                        ? Optional.of(StatusException.internal("timed out"))
                        : Optional.empty());
        node("a");
        assertThat(cidrs("a")).containsExactly("10.244.0.0/24", "fc00::/64");
        node("b");
        assertThat(cidrs("b")).first().isEqualTo("10.244.1.0/24");
    }

    @Test
    void rebuildsItselfFromTheNodes() throws Exception {
        run("10.244.0.0/16,fc00::/24", "");
        node("a");
        cidrs("a");
        close();
        open.clear();
        run("10.244.0.0/16,fc00::/24", "");
        node("b");
        assertThat(cidrs("b")).containsExactly("10.244.1.0/24", "fc00:0:0:1::/64");
    }

    @Test
    void neverGivesAwayServiceRanges() throws Exception {
        run("10.244.0.0/22,fc00::/24", "10.244.0.0/24,fc00::/112");
        node("a");
        assertThat(cidrs("a")).containsExactly("10.244.1.0/24", "fc00:0:0:1::/64");
    }

    @Test
    void aBlockThatTwoNodesHaveIsFreeWhenBothAreGone() throws Exception {
        for (String name : List.of("x", "y")) {
            api.create(
                    "{'apiVersion':'v1','kind':'Node','metadata':{'name':'%s'},'spec':{'podCIDR':'10.244.0.0/24','podCIDRs':['10.244.0.0/24']}}"
                            .formatted(name));
        }
        run("10.244.0.0/23", "");
        node("a");
        assertThat(cidrs("a")).containsExactly("10.244.1.0/24");
        api.client().delete(Kinds.NODES, null, "x");
        node("b");
        api.await(Kinds.EVENTS, all -> all.size() == 1);
        api.client().delete(Kinds.NODES, null, "y");
        assertThat(cidrs("b")).containsExactly("10.244.0.0/24");
    }

    private void run(String clusterCidr, String services) throws Exception {
        Informers informers = new Informers(api.client());
        EventRecorder events = new EventRecorder(api.client(), "node-controller");
        NodeIpamController controller =
                new NodeIpamController(
                        ControllerManagerConfig.of(clusterCidr, services),
                        api.client(),
                        informers,
                        events);
        open.addAll(List.of(informers, events, controller));
        informers.start();
        informers.awaitSynced(Duration.ofSeconds(10));
        controller.start();
    }

    private void node(String name) {
        api.create("{'apiVersion':'v1','kind':'Node','metadata':{'name':'" + name + "'}}");
    }

    private List<String> cidrs(String name) {
        api.await(
                Kinds.NODES,
                _ -> !blocks(api.find(Kinds.NODES, null, name).orElseThrow()).isEmpty());
        return blocks(api.find(Kinds.NODES, null, name).orElseThrow());
    }

    private Map<String, List<String>> given(int count) {
        Map<String, List<String>> given = new TreeMap<>();
        api.await(
                Kinds.NODES,
                all -> {
                    given.clear();
                    all.stream()
                            .filter(n -> !blocks(n).isEmpty())
                            .forEach(n -> given.put(Fields.text(n, "metadata", "name"), blocks(n)));
                    return given.size() == count;
                });
        return given;
    }

    private static List<String> blocks(ObjectNode node) {
        return Fields.texts(node, "spec", "podCIDRs");
    }
}
