package io.biplane.network.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.ServiceCidrView;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.testing.FakeApi;
import io.biplane.linux.NetworkNamespace;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

@KernelTest
class ServiceRoutesKernelTest {
    private static final String HOST = "srou-host";
    private static final ClusterNetwork NETWORK = ClusterNetwork.plan("srou", 5);
    private static final ServiceCidrView FIRST =
            range("kubernetes", "10.101.0.0/16", "fd00:10:101::/112");
    private static final ServiceCidrView MORE = range("more", "10.7.0.0/24", "fd00:7::/112");

    @TempDir Path ledgers;
    private final FakeApi api = new FakeApi();
    private final EventRecorder events = new EventRecorder(api.client(), "test");
    private final List<String> told = new ArrayList<>();
    private HostSide host;

    private static ServiceCidrView range(String name, String... cidrs) {
        Instant created = name.equals("new") ? Instant.now() : Instant.EPOCH;
        String json =
                "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"ServiceCIDR\",\"metadata\":{\"name\":\"%s\",\"creationTimestamp\":\"%s\"},\"spec\":{\"cidrs\":[\"%s\"]}}"
                        .formatted(name, created, String.join("\",\"", cidrs));
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

    private ServiceRoutes routes() {
        return new ServiceRoutes(
                NETWORK, host, events, (station, lost) -> told.add(station + ": " + lost));
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
        try (ServiceRoutes routes = routes()) {
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
        try (ServiceRoutes routes = routes()) {
            assertThat(routes.reconcile(List.of(FIRST))).isEqualTo(4);
        }
        assertThat(routes(HOST)).isEqualTo(onHost);
        assertThat(routes(NETWORK.fabricNamespace())).isEqualTo(inFabric);
        assertThat(told).as("nothing was lost").isEmpty();
    }

    /** By the process that made the routes, and by the one that takes its place. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLostRouteIsMadeAgainAndToldOf(boolean restarted) {
        ServiceRoutes first = routes();
        assertThat(first.reconcile(List.of(FIRST, MORE))).isEqualTo(4);
        Kernel.in(HOST, "ip", "route", "del", "10.7.0.0/24");
        Kernel.in(NETWORK.fabricNamespace(), "ip", "-6", "route", "del", "fd00:7::/112");
        List<ServiceCidrView> ranges = List.of(FIRST, MORE);
        if (restarted) {
            first.close();
            first = routes();
            ranges = List.of(FIRST, MORE, range("new", "10.8.0.0/24"));
        }
        try (ServiceRoutes routes = first) {
            assertThat(routes.reconcile(ranges)).isEqualTo(restarted ? 4 : 2);
            assertThat(routes.reconcile(ranges)).isZero();
        }
        assertThat(told)
                .containsExactly(
                        "fabric: [route to Services fd00:7::/112 is missing]",
                        "host: [route to Services 10.7.0.0/24 is missing]");
    }

    @Test
    void aBlockThatOverlapsAnotherRouteIsToldOfAndLeftAlone() {
        Kernel.in(HOST, "ip", "link", "set", "lo", "up");
        Kernel.in(HOST, "ip", "route", "add", "10.7.0.0/16", "dev", "lo");
        List<String> before = routes(HOST);
        try (ServiceRoutes routes = routes()) {
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
