package io.biplane.network.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Kinds;
import io.biplane.api.view.Fields;
import io.biplane.api.view.ServiceCidrView;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.testing.FakeApi;
import io.biplane.linux.NetworkNamespace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.util.List;

@Tag("kernel")
class ServiceRoutesKernelTest {
    private static final String HOST = "srou-host";
    private static final ClusterNetwork NETWORK = ClusterNetwork.plan("srou", 5);
    private static final ServiceCidrView FIRST =
            range("kubernetes", "10.101.0.0/16", "fd00:10:101::/112");
    private static final ServiceCidrView MORE = range("more", "10.7.0.0/24", "fd00:7::/112");

    @TempDir Path ledgers;
    private final FakeApi api = new FakeApi();
    private final EventRecorder events = new EventRecorder(api.client(), "test");
    private HostSide host;

    private static ServiceCidrView range(String name, String... cidrs) {
        String json =
                "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"ServiceCIDR\",\"metadata\":{\"name\":\"%s\"},\"spec\":{\"cidrs\":[\"%s\"]}}"
                        .formatted(name, String.join("\",\"", cidrs));
        return ServiceCidrView.of((ObjectNode) JsonMapper.shared().readTree(json));
    }

    @BeforeEach
    void fabric() {
        host = new HostSide(NetworkNamespace.create(HOST), ledgers);
        new Fabric(NETWORK, host).up(1);
    }

    @AfterEach
    void nothingIsLeft() {
        events.close();
        api.close();
        Fabric.down(NETWORK.name(), host);
        host.namespace().close();
        NetworkNamespace.delete(HOST);
        assertThat(NetworkNamespace.list()).noneMatch(name -> name.startsWith("srou-"));
    }

    private static List<String> routes(String namespace) {
        return (Kernel.in(namespace, "ip", "route") + Kernel.in(namespace, "ip", "-6", "route"))
                .lines()
                .map(String::strip)
                .sorted()
                .toList();
    }

    @Test
    void addedBlocksGetRoutesOnTheHostAndInTheFabricAndLoseThemAgain() {
        List<String> onHost = routes(HOST);
        List<String> inFabric = routes(NETWORK.fabricNamespace());
        try (ServiceRoutes routes = new ServiceRoutes(NETWORK, host, events)) {
            assertThat(routes.reconcile(List.of(FIRST))).as("up has seen to it").isZero();
            assertThat(routes.reconcile(List.of(FIRST, MORE))).isEqualTo(4);
            assertThat(routes.reconcile(List.of(FIRST, MORE))).as("a second time").isZero();
            assertThat(routes(HOST).stream().filter(r -> !onHost.contains(r)))
                    .containsExactly(
                            "10.7.0.0/24 via 198.18.5.1 dev bp-srou proto static src 198.18.5.2 onlink",
                            "fd00:7::/112 via fd00:198:18:5::1 dev bp-srou proto static src fd00:198:18:5::2 metric 1024 onlink pref medium");
            assertThat(
                            routes(NETWORK.fabricNamespace()).stream()
                                    .filter(r -> !inFabric.contains(r)))
                    .containsExactly(
                            "unreachable 10.7.0.0/24 proto static",
                            "unreachable fd00:7::/112 dev lo proto static metric 1024 pref medium");
        }
        // A control plane that was restarted finds the routes of the one before.
        try (ServiceRoutes routes = new ServiceRoutes(NETWORK, host, events)) {
            assertThat(routes.reconcile(List.of(FIRST))).isEqualTo(4);
        }
        assertThat(routes(HOST)).isEqualTo(onHost);
        assertThat(routes(NETWORK.fabricNamespace())).isEqualTo(inFabric);
    }

    @Test
    void aBlockThatOverlapsAnotherRouteIsToldOfAndLeftAlone() {
        Kernel.in(HOST, "ip", "link", "set", "lo", "up");
        Kernel.in(HOST, "ip", "route", "add", "10.7.0.0/16", "dev", "lo");
        List<String> before = routes(HOST);
        try (ServiceRoutes routes = new ServiceRoutes(NETWORK, host, events)) {
            ServiceCidrView clashing = range("more", "10.7.0.0/24");
            ServiceCidrView ownPods = range("pods", NETWORK.pods().primary().toString());
            for (int i = 0; i < 3; i++) {
                assertThat(routes.reconcile(List.of(FIRST, clashing, ownPods))).isZero();
            }
        }
        assertThat(routes(HOST)).isEqualTo(before);
        assertThat(api.await(Kinds.EVENTS, all -> all.size() == 2))
                .extracting(event -> Fields.text(event, "message"))
                .containsExactlyInAnyOrder(
                        "block 10.7.0.0/24 overlaps the host's route \"10.7.0.0/16 dev lo\": the host has no way to its Services, pods and nodes do (take another block, or remove that route)",
                        "block 10.239.0.0/16 overlaps the cluster's own range 10.239.0.0/16: the host has no way to its Services, pods and nodes do (take another block, or remove that route)");
    }
}
