package io.biplane.controllers.endpoints;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.EndpointSliceView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.PatchType;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Informers;
import io.biplane.client.testing.FakeApi;
import io.biplane.linux.testing.Eventually;
import io.biplane.netip.IpFamily;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

class EndpointControllersTest {
    private final FakeApi api = new FakeApi();
    private final Informers informers = new Informers(api.client());
    private final EventRecorder events = new EventRecorder(api.client(), "test");
    private final EndpointSliceController slices =
            new EndpointSliceController(100, api.client(), informers, events);
    private final EndpointsController endpoints = new EndpointsController(api.client(), informers);

    @BeforeEach
    void start() throws Exception {
        api.create(
                "{'apiVersion':'v1','kind':'Node','metadata':{'name':'n','labels':{'topology.kubernetes.io/zone':'z'}}}");
        informers.start();
        informers.awaitSynced(Duration.ofSeconds(10));
        slices.start();
        endpoints.start();
    }

    @AfterEach
    void close() {
        endpoints.close();
        slices.close();
        events.close();
        informers.close();
        api.close();
    }

    @Test
    void aServiceWithoutPodsHasAPlaceholderOfEachFamily() {
        service("s", "'IPv4','IPv6'", "", "");
        List<ObjectNode> both = api.await(Kinds.ENDPOINT_SLICES, all -> all.size() == 2);
        assertThat(both)
                .allSatisfy(s -> {
                    assertThat(s.get("endpoints")).isEqualTo(Json.array());
                    assertThat(s.get("ports")).isEqualTo(Json.array());
                    assertThat(Fields.text(s, "metadata", "name")).startsWith("s-");
                    assertThat(Fields.map(s, "metadata", "labels"))
                            .containsEntry("kubernetes.io/service-name", "s")
                            .containsEntry(
                                    "endpointslice.kubernetes.io/managed-by",
                                    "endpointslice-controller.k8s.io");
                    assertThat(Fields.list(s, "metadata", "ownerReferences")).hasSize(1);
                });
        assertThat(both.stream().map(s -> Fields.text(s, "addressType")))
                .containsExactlyInAnyOrder("IPv4", "IPv6");
        api.await(Kinds.ENDPOINTS, all -> all.size() == 1);
    }

    @Test
    void podsAppearInBothFamiliesWhenTheyAreReady() {
        service("s", "'IPv6','IPv4'", "", "");
        pod("a", 1, false);
        ObjectNode slice = awaitSlice(IpFamily.IPV6, s -> Fields.list(s, "endpoints").size() == 1);
        assertThat(Json.text(slice.get("endpoints").get(0).get("conditions")))
                .isEqualTo("{\"ready\":false,\"serving\":false,\"terminating\":false}");
        awaitEndpoints("notReadyAddresses", "fd00::1");
        pod("a", 1, true);
        ObjectNode ready =
                awaitSlice(
                        IpFamily.IPV6, s -> s.at("/endpoints/0/conditions/ready").asBoolean(false));
        assertThat(ready.at("/endpoints/0/addresses/0").asString()).isEqualTo("fd00::1");
        assertThat(ready.at("/endpoints/0/zone").asString()).isEqualTo("z");
        assertThat(ready.at("/endpoints/0/nodeName").asString()).isEqualTo("n");
        assertThat(ready.at("/endpoints/0/targetRef/name").asString()).isEqualTo("a");
        assertThat(Json.text(ready.get("ports")))
                .isEqualTo("[{\"name\":\"http\",\"port\":9376,\"protocol\":\"TCP\"}]");
        awaitSlice(
                IpFamily.IPV4,
                s -> s.at("/endpoints/0/addresses/0").asString("").equals("10.0.0.1"));
        awaitEndpoints("addresses", "fd00::1"); // the primary family only
    }

    @Test
    void aTerminatingPodServesButIsNotReady() {
        service("s", "'IPv4'", "", "");
        pod("a", 1, true);
        awaitSlice(IpFamily.IPV4, s -> s.at("/endpoints/0/conditions/ready").asBoolean(false));
        api.client().delete(Kinds.PODS, "x", "a");
        ObjectNode slice =
                awaitSlice(
                        IpFamily.IPV4,
                        s -> s.at("/endpoints/0/conditions/terminating").asBoolean(false));
        assertThat(slice.at("/endpoints/0/conditions/ready").asBoolean()).isFalse();
        assertThat(slice.at("/endpoints/0/conditions/serving").asBoolean()).isTrue();
        api.await(
                Kinds.ENDPOINTS,
                all -> !all.isEmpty() && Fields.list(all.getFirst(), "subsets").isEmpty());
    }

    @Test
    void publishesNotReadyAddressesWhenAsked() {
        service("s", "'IPv4'", ",'publishNotReadyAddresses':true", "'clusterIP':'None',");
        pod("a", 1, false);
        ObjectNode slice =
                awaitSlice(
                        IpFamily.IPV4, s -> s.at("/endpoints/0/conditions/ready").asBoolean(false));
        assertThat(Fields.map(slice, "metadata", "labels"))
                .containsEntry("service.kubernetes.io/headless", "");
        awaitEndpoints("addresses", "10.0.0.1");
    }

    @Test
    void aFamilyThatIsTakenAwayTakesItsSlices() {
        service("s", "'IPv4','IPv6'", "", "");
        pod("a", 1, true);
        api.await(Kinds.ENDPOINT_SLICES, all -> all.size() == 2);
        api.client()
                .patch(
                        Kinds.SERVICES,
                        "x",
                        "s",
                        PatchType.MERGE,
                        Json.parse("{\"spec\":{\"ipFamilies\":[\"IPv4\"]}}"));
        List<ObjectNode> left = api.await(Kinds.ENDPOINT_SLICES, all -> all.size() == 1);
        assertThat(Fields.text(left.getFirst(), "addressType")).isEqualTo("IPv4");
    }

    @Test
    void aBurstOfPodsIsFewWrites() {
        service("s", "'IPv4','IPv6'", "", "");
        api.await(Kinds.ENDPOINT_SLICES, all -> all.size() == 2);
        for (int i = 1; i <= 250; i++) {
            pod("p" + i, i, true);
        }
        api.await(
                Kinds.ENDPOINT_SLICES,
                all -> all.stream().mapToInt(s -> Fields.list(s, "endpoints").size()).sum() == 500);
        assertThat(api.all(Kinds.ENDPOINT_SLICES))
                .allSatisfy(
                        s -> assertThat(Fields.list(s, "endpoints")).hasSizeLessThanOrEqualTo(100));
        assertThat(writes("endpointslices")).as("slice writes").isLessThan(250);
        assertThat(writes("/endpoints")).as("Endpoints writes").isLessThan(125);
    }

    @Test
    void namedPortsMayDifferFromPodToPod() {
        service("s", "'IPv4'", "", "");
        api.client()
                .patch(
                        Kinds.SERVICES,
                        "x",
                        "s",
                        PatchType.MERGE,
                        Json.parse(
                                "{\"spec\":{\"ports\":[{\"name\":\"http\",\"port\":80,\"protocol\":\"TCP\",\"targetPort\":\"web\"}]}}"));
        pod("a", 1, true, 8080);
        pod("b", 2, true, 9090);
        List<ObjectNode> two =
                api.await(
                        Kinds.ENDPOINT_SLICES,
                        all ->
                                all.size() == 2
                                        && all.stream()
                                                .allMatch(s -> !Fields.list(s, "ports").isEmpty()));
        assertThat(two.stream().map(s -> s.at("/ports/0/port").asInt()))
                .containsExactlyInAnyOrder(8080, 9090);
        api.await(
                Kinds.ENDPOINTS,
                all -> !all.isEmpty() && Fields.list(all.getFirst(), "subsets").size() == 2);
    }

    @Test
    void aDeletedServiceTakesItsEndpointsAndASelectorlessOneIsLeftAlone() {
        api.create(
                "{'apiVersion':'v1','kind':'Endpoints','metadata':{'namespace':'x','name':'byhand'}}");
        api.create(
                "{'apiVersion':'v1','kind':'Service','metadata':{'namespace':'x','name':'byhand'},'spec':{'clusterIP':'10.96.0.9','ipFamilies':['IPv4']}}");
        service("s", "'IPv4'", "", "");
        api.await(Kinds.ENDPOINTS, all -> all.size() == 2);
        api.await(Kinds.ENDPOINT_SLICES, all -> all.size() == 1);
        api.client().delete(Kinds.SERVICES, "x", "s");
        api.await(Kinds.ENDPOINTS, all -> all.size() == 1);
        api.await(Kinds.ENDPOINT_SLICES, List::isEmpty);
    }

    @Test
    void aSliceThatSomeoneDeletesComesBack() {
        service("s", "'IPv4'", "", "");
        ObjectNode slice = api.await(Kinds.ENDPOINT_SLICES, all -> all.size() == 1).getFirst();
        api.client().delete(Kinds.ENDPOINT_SLICES, "x", Fields.text(slice, "metadata", "name"));
        api.await(
                Kinds.ENDPOINT_SLICES,
                all ->
                        all.size() == 1
                                && !all.getFirst()
                                        .at("/metadata/uid")
                                        .equals(slice.at("/metadata/uid")));
    }

    /** 1,000 new Nodes beside 10,000 Services are 10 million keys otherwise. */
    @Test
    void aNodeQueuesOnlyTheServicesWithPodsOnIt() throws Exception {
        service("s", "'IPv4'", "", "");
        for (int i = 0; i < 50; i++) {
            api.create(
                    "{'apiVersion':'v1','kind':'Service','metadata':{'namespace':'x','name':'other-%d'},'spec':{'clusterIP':'10.96.1.%d','ipFamilies':['IPv4'],'selector':{'app':'other'},'ports':[{'port':80}]}}"
                            .formatted(i, i + 1));
        }
        pod("a", 1, true);
        awaitSlice(IpFamily.IPV4, s -> s.at("/endpoints/0/zone").asString("").equals("z"));
        api.await(Kinds.ENDPOINT_SLICES, all -> all.size() == 51);
        Eventually.holds(
                Duration.ofSeconds(10),
                () -> slices.queued() == 0 ? "" : slices.queued() + " Services queued");
        // Told last, on the same thread.
        BlockingQueue<Integer> queued = new LinkedBlockingQueue<>();
        informers.informer(ViewedKind.NODES).listen((before, after) -> queued.add(slices.queued()));
        assertThat(queued.take()).isZero(); // of the node that is there
        api.create("{'apiVersion':'v1','kind':'Node','metadata':{'name':'new'}}");
        assertThat(queued.poll(10, TimeUnit.SECONDS)).isZero();
        api.client()
                .patch(
                        Kinds.NODES,
                        null,
                        "n",
                        PatchType.MERGE,
                        Json.parse(
                                "{\"metadata\":{\"labels\":{\"topology.kubernetes.io/zone\":\"far\"}}}"));
        assertThat(queued.poll(10, TimeUnit.SECONDS)).isBetween(0, 1);
        awaitSlice(IpFamily.IPV4, s -> s.at("/endpoints/0/zone").asString("").equals("far"));
    }

    @Test
    void aPodBecomesAnEndpointWhenItsNodeIsKnown() {
        service("s", "'IPv4'", "", "");
        api.create(
                "{'apiVersion':'v1','kind':'Pod','metadata':{'namespace':'x','name':'early','labels':{'app':'MyApp'}},"
                        + "'spec':{'nodeName':'late','containers':[{'name':'c'}]},"
                        + "'status':{'phase':'Running','podIPs':[{'ip':'10.0.0.9'}],'conditions':[{'type':'Ready','status':'True'}]}}");
        awaitSlice(IpFamily.IPV4, s -> Fields.list(s, "endpoints").isEmpty());
        api.create("{'apiVersion':'v1','kind':'Node','metadata':{'name':'late'}}");
        awaitSlice(IpFamily.IPV4, s -> Fields.list(s, "endpoints").size() == 1);
    }

    private long writes(String part) {
        return api.requests().stream()
                .filter(r -> r.method().equals("PUT") || r.method().equals("POST"))
                .filter(r -> r.target().contains(part))
                .count();
    }

    private ObjectNode awaitSlice(IpFamily family, Predicate<ObjectNode> condition) {
        List<ObjectNode> all =
                api.await(
                        Kinds.ENDPOINT_SLICES,
                        slices ->
                                slices.stream().anyMatch(s -> is(s, family) && condition.test(s)));
        return all.stream()
                .filter(s -> is(s, family) && condition.test(s))
                .findFirst()
                .orElseThrow();
    }

    private static boolean is(ObjectNode slice, IpFamily family) {
        return EndpointSliceView.of(slice).family().equals(Optional.of(family));
    }

    private void awaitEndpoints(String list, String expected) {
        api.await(
                Kinds.ENDPOINTS,
                all ->
                        all.stream()
                                .flatMap(e -> Fields.list(e, "subsets").stream())
                                .flatMap(s -> Fields.list(s, list).stream())
                                .map(a -> Fields.text(a, "ip"))
                                .collect(Collectors.joining(","))
                                .equals(expected));
    }

    private void service(String name, String families, String more, String clusterIp) {
        api.create(
                ("{'apiVersion':'v1','kind':'Service','metadata':{'namespace':'x','name':'%s'},'spec':{%s"
                                + "'ipFamilies':[%s],'selector':{'app':'MyApp'},"
                                + "'ports':[{'name':'http','port':80,'protocol':'TCP','targetPort':9376}]%s}}")
                        .formatted(
                                name,
                                clusterIp.isEmpty() ? "'clusterIP':'10.96.0.1'," : clusterIp,
                                families,
                                more));
    }

    private void pod(String name, int number, boolean ready) {
        pod(name, number, ready, 9376);
    }

    private void pod(String name, int number, boolean ready, int port) {
        if (api.find(Kinds.PODS, "x", name).isEmpty()) {
            api.create(
                    ("{'apiVersion':'v1','kind':'Pod','metadata':{'namespace':'x','name':'%s','labels':{'app':'MyApp'}},"
                                    + "'spec':{'nodeName':'n','containers':[{'ports':[{'name':'web','containerPort':%d,'protocol':'TCP'}]}]}}")
                            .formatted(name, port));
        }
        api.client()
                .patchStatus(
                        Kinds.PODS,
                        "x",
                        name,
                        PatchType.MERGE,
                        Json.parse(
                                ("{'status':{'phase':'Running','podIPs':[{'ip':'10.0.0.%d'},{'ip':'fd00::%x'}],"
                                                + "'conditions':[{'type':'Ready','status':'%s'}]}}")
                                        .formatted(number, number, ready ? "True" : "False")
                                        .replace('\'', '"')));
    }
}
