package io.biplane.network.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.view.NodeView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.informer.Informers;
import io.biplane.client.testing.FakeApi;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.KernelTest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

@KernelTest
class NodeRoutesKernelTest {
    private static final String HOST = "hrou-host";
    private static final ClusterNetwork NETWORK = ClusterNetwork.plan("hrou", 4);
    private static final String NODE_1 = NETWORK.nodeNamespace("node-1");
    private static final List<NodeView> NODES =
            IntStream.rangeClosed(1, 3).mapToObj(NodeRoutesKernelTest::node).toList();

    @TempDir Path ledgers;
    private HostSide host;

    private static NodeView node(int index) {
        String json =
                """
                {"apiVersion":"v1","kind":"Node",
                 "metadata":{"name":"node-%d","uid":"u-%d","creationTimestamp":"%s"},
                 "spec":{"podCIDRs":["10.240.%d.0/24","fd00:10:240:%d::/64"]},
                 "status":{"addresses":[{"type":"InternalIP","address":"%s"},{"type":"InternalIP","address":"%s"}]}}\
                """
                        .formatted(
                                index,
                                index,
                                index == 4 ? Instant.now() : Instant.EPOCH,
                                index,
                                index,
                                NETWORK.nodeAddresses(index).get(0),
                                NETWORK.nodeAddresses(index).get(1));
        return NodeView.of((ObjectNode) JsonMapper.shared().readTree(json));
    }

    @BeforeEach
    void threeNodes() {
        host = new HostSide(NetworkNamespace.create(HOST), ledgers);
        new Fabric(NETWORK, host).up(3);
    }

    @AfterEach
    void nothingIsLeft() {
        Fabric.down(NETWORK.name(), host);
        host.namespace().close();
        NetworkNamespace.delete(HOST);
        assertThat(NetworkNamespace.list()).noneMatch(name -> name.startsWith("hrou-"));
    }

    private static List<String> podRoutes(String namespace) {
        return (Kernel.in(namespace, "ip", "route") + Kernel.in(namespace, "ip", "-6", "route"))
                .lines()
                .map(String::strip)
                .filter(line -> line.contains("10.240.") || line.contains("fd00:10:240"))
                .toList();
    }

    @Test
    void aNodeRoutesToTheBlocksOfTheOthersAndItsOwnIsUnreachableWhereNoPodIs() {
        try (NodeRoutes routes = NodeRoutes.ofNode(NETWORK, "node-1")) {
            routes.reconcile(NODES);
            assertThat(routes.reconcile(NODES)).as("a second time").isZero();
        }
        assertThat(podRoutes(NODE_1))
                .containsExactlyInAnyOrder(
                        "unreachable 10.240.1.0/24 proto static",
                        "10.240.2.0/24 via 172.30.64.12 dev eth0 proto static onlink",
                        "10.240.3.0/24 via 172.30.64.13 dev eth0 proto static onlink",
                        "unreachable fd00:10:240:1::/64 dev lo proto static metric 1024 pref medium",
                        "fd00:10:240:2::/64 via fd00:172:30:4::c dev eth0 proto static metric 1024"
                                + " onlink pref medium",
                        "fd00:10:240:3::/64 via fd00:172:30:4::d dev eth0 proto static metric 1024"
                                + " onlink pref medium");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ip route del 10.240.2.0/24",
                "ip route replace 10.240.2.0/24 via 172.30.64.13 dev eth0 onlink",
                "ip -6 route del fd00:10:240:3::/64",
                "ip neigh del 172.30.64.12 dev eth0",
                "ip -6 neigh replace fd00:172:30:4::c lladdr 02:00:00:00:00:99 dev eth0 nud permanent",
                "ip route add 10.240.77.0/24 via 172.30.64.13 dev eth0 proto static onlink"
            })
    void damageIsMendedAndNothingElseTouched(String damage) {
        try (NodeRoutes routes = NodeRoutes.ofNode(NETWORK, "node-1")) {
            routes.reconcile(NODES);
            Kernel.in(NODE_1, "ip", "route", "add", "203.0.113.0/24", "dev", "eth0");
            String before = Kernel.snapshot(NODE_1);
            Kernel.in(NODE_1, damage.split(" "));
            assertThat(Kernel.snapshot(NODE_1)).isNotEqualTo(before);
            routes.reconcile(NODES);
            assertThat(Kernel.snapshot(NODE_1).lines().sorted())
                    .isEqualTo(before.lines().sorted().toList());
        }
    }

    /** By the process that made the routes, and by the one that takes its place. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsLostIsToldOfAndWhatIsNewIsNot(boolean restarted) {
        NodeRoutes first = NodeRoutes.ofNode(NETWORK, "node-1");
        first.reconcile(NODES);
        assertThat(first.damage()).as("nothing was there before").isEmpty();
        Kernel.in(NODE_1, "ip", "route", "del", "10.240.2.0/24");
        Kernel.in(NODE_1, "ip", "-6", "neigh", "del", "fd00:172:30:4::c", "dev", "eth0");
        if (restarted) {
            first.close();
        }
        List<NodeView> more = new ArrayList<>(NODES);
        more.add(node(4));
        try (NodeRoutes routes = restarted ? NodeRoutes.ofNode(NETWORK, "node-1") : first) {
            routes.reconcile(more);
            assertThat(routes.damage())
                    .containsExactlyInAnyOrder(
                            "route 10.240.2.0/24 via 172.30.64.12 is missing",
                            "neighbour fd00:172:30:4::c is missing");
            assertThat(routes.reconcile(more)).isZero();
            assertThat(routes.damage()).isEmpty();
        }
    }

    /** As an administrator of Nodes may write it, and as an older build made a route for it. */
    private static final String FOREIGN =
            """
            {"apiVersion":"v1","kind":"Node","metadata":{"name":"node-9","uid":"u-9"},
             "spec":{"podCIDRs":["8.8.8.0/24","2001:4860::/64"]},
             "status":{"addresses":[{"type":"InternalIP","address":"172.30.64.12"}]}}
            """;

    @Test
    void aBlockThatIsNotTheClustersIsRoutedNowhereAndWhatALaterBuildFindsOfItGoes() {
        List<NodeView> nodes = new ArrayList<>(NODES);
        nodes.add(NodeView.of((ObjectNode) JsonMapper.shared().readTree(FOREIGN)));
        String via = "route add %s via %s dev eth0 proto static onlink";
        Kernel.in(NODE_1, ("ip " + via).formatted("8.8.8.0/24", "172.30.64.12").split(" "));
        Kernel.in(
                NODE_1,
                ("ip -6 " + via).formatted("2001:4860::/64", "fd00:172:30:4::c").split(" "));
        try (NodeRoutes routes = NodeRoutes.ofNode(NETWORK, "node-1")) {
            routes.reconcile(nodes);
            assertThat(routes.reconcile(nodes)).as("a second time").isZero();
        }
        try (NodeRoutes routes = NodeRoutes.ofFabric(NETWORK)) {
            routes.reconcile(nodes);
        }
        for (String namespace : List.of(NODE_1, NETWORK.fabricNamespace())) {
            assertThat(
                            Kernel.in(namespace, "ip", "route")
                                    + Kernel.in(namespace, "ip", "-6", "route"))
                    .doesNotContain("8.8.8.", "2001:4860")
                    .contains("10.240.2.0/24", "default");
        }
    }

    @Test
    void whyANodeGetsNoRouteIsToldOnce() {
        FakeApi api = new FakeApi();
        List<String> refused = new CopyOnWriteArrayList<>();
        RepairListener listener =
                new RepairListener() {
                    @Override
                    public void repaired(String station, List<String> repaired) {}

                    @Override
                    public void refused(NodeView node, String reason) {
                        refused.add(node.name() + ": " + reason);
                    }
                };
        try (Informers informers = new Informers(api.client());
                KernelEvents events = KernelEvents.start("routes-test");
                NodeRoutes ofNode = NodeRoutes.ofNode(NETWORK, "node-1");
                NodeRoutes ofFabric = NodeRoutes.ofFabric(NETWORK)) {
            var nodes = informers.informer(ViewedKind.NODES);
            ofNode.start(nodes, events, listener);
            ofFabric.start(nodes, events, listener);
            informers.start();
            api.create(FOREIGN);
            Eventually.holds(
                    Duration.ofSeconds(20), () -> refused.size() == 2 ? "" : refused.toString());
            api.create(
                    FOREIGN.replace("node-9", "node-8")
                            .replace("u-9", "u-8")
                            .replace("64.12", "64.14"));
            Eventually.holds(
                    Duration.ofSeconds(20), () -> refused.size() == 4 ? "" : refused.toString());
        } finally {
            api.close();
        }
        assertThat(refused)
                .contains(
                        "node-9: podCIDR 8.8.8.0/24 is not in the cluster's pod range 10.240.0.0/16",
                        "node-9: podCIDR 2001:4860::/64 is not in the cluster's pod range fd00:10:240::/56")
                .doesNotHaveDuplicates();
    }

    @Test
    void theRoutesOfADeletedNodeGo() {
        try (NodeRoutes routes = NodeRoutes.ofFabric(NETWORK)) {
            routes.reconcile(NODES);
            routes.reconcile(NODES.subList(0, 2));
        }
        assertThat(podRoutes(NETWORK.fabricNamespace()))
                .noneMatch(route -> route.contains("10.240.3.") || route.contains("240:3:"))
                .anyMatch(route -> route.startsWith("unreachable 10.240.0.0/16"))
                .anyMatch(route -> route.startsWith("10.240.2.0/24 via 172.30.64.12 dev nodes"));
    }
}
