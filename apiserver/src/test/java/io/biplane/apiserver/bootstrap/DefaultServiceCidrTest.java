package io.biplane.apiserver.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.apiserver.TestServer;
import io.biplane.store.embedded.EmbeddedStore;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.util.List;

/** The ServiceCIDR of the flags, and the addresses of what is made first. */
class DefaultServiceCidrTest {
    private static final String RANGE = "/apis/networking.k8s.io/v1/servicecidrs/kubernetes";
    private static final String ADDRESSES = "/apis/networking.k8s.io/v1/ipaddresses";
    private static final String EVENTS = "/api/v1/namespaces/default/events";

    @TempDir Path directory;

    private TestServer server(String ranges) throws Exception {
        return new TestServer(directory, ranges, EmbeddedStore.open(directory.resolve("store")));
    }

    private static List<String> cidrs(TestServer server) {
        return Fields.at(server.get(RANGE), "spec", "cidrs")
                .valueStream()
                .map(JsonNode::stringValue)
                .toList();
    }

    private static List<ObjectNode> complaints(TestServer server) {
        return server.get(EVENTS)
                .path("items")
                .valueStream()
                .map(ObjectNode.class::cast)
                .filter(e ->
                        Fields.string(e, "reason")
                                .equals("KubernetesDefaultServiceCIDRInconsistent"))
                .toList();
    }

    @Test
    void itIsMadeOfTheFlagsAndReady() throws Exception {
        try (TestServer server = server("10.96.0.0/16,fd00:10:96::/64")) {
            assertThat(cidrs(server)).containsExactly("10.96.0.0/16", "fd00:10:96::/64");
            JsonNode ready = server.get(RANGE).at("/status/conditions/0");
            assertThat(Fields.string(ready, "type") + "=" + Fields.string(ready, "status"))
                    .isEqualTo("Ready=True");
            assertThat(Fields.string(ready, "message"))
                    .isEqualTo("Kubernetes default Service CIDR is ready");
            assertThat(Json.text(server.get(ADDRESSES + "/fd00:10:96::1").path("spec")))
                    .isEqualTo(
                            "{\"parentRef\":{\"resource\":\"services\",\"namespace\":\"default\",\"name\":\"kubernetes\"}}");
            assertThat(complaints(server)).isEmpty();
        }
    }

    @Test
    void aSecondRangeJoinsTheFirst() throws Exception {
        try (TestServer server = server("10.96.0.0/16")) {
            assertThat(cidrs(server)).containsExactly("10.96.0.0/16");
        }
        try (TestServer server = server("10.96.0.0/16,fd00:10:96::/112")) {
            assertThat(cidrs(server)).containsExactly("10.96.0.0/16", "fd00:10:96::/112");
            assertThat(complaints(server)).isEmpty();
        }
    }

    @Test
    void otherwiseTheObjectWinsAndAnEventSaysSo() throws Exception {
        server("10.96.0.0/16,fd00:10:96::/112").close();
        try (TestServer server = server("10.97.0.0/16,fd00:10:96::/112")) {
            assertThat(cidrs(server)).containsExactly("10.96.0.0/16", "fd00:10:96::/112");
            assertThat(complaints(server))
                    .singleElement()
                    .satisfies(e ->
                            assertThat(Fields.string(e, "message"))
                                    .isEqualTo(
                                            "The default ServiceCIDR [10.96.0.0/16 fd00:10:96::/112] does not match the controller flag configurations [10.97.0.0/16 fd00:10:96::/112]"));
            ObjectNode created =
                    server.json(
                            "POST",
                            "/api/v1/namespaces/default/services",
                            "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"ports\":[{\"port\":80}]}}");
            assertThat(Fields.string(created, "spec", "clusterIP")).startsWith("10.96.");
        }
    }

    @Test
    void anAddressInUseIsNeitherDeletedNorMarked() throws Exception {
        try (TestServer server = server("10.96.0.0/16")) {
            for (String how :
                    List.of(
                            "{}",
                            "{\"propagationPolicy\":\"Foreground\"}",
                            "{\"dryRun\":[\"All\"]}")) {
                ObjectNode status = server.json("DELETE", ADDRESSES + "/10.96.0.1", how);
                assertThat(status.path("code").intValue()).as(how).isEqualTo(403);
                assertThat(Fields.string(status, "message"))
                        .startsWith(
                                "ipaddresses.networking.k8s.io \"10.96.0.1\" is forbidden: Service default/kubernetes holds this address (");
            }
            String own =
                    "{\"metadata\":{\"name\":\"10.96.0.9\"},\"spec\":{\"parentRef\":{\"resource\":\"things\",\"name\":\"mine\"}}}";
            assertThat(server.code("POST", ADDRESSES, own)).isEqualTo(201);
            assertThat(server.code("POST", ADDRESSES, own)).isEqualTo(409);
            assertThat(server.code("DELETE", ADDRESSES + "/10.96.0.9", "")).isEqualTo(200);
            assertThat(server.code("GET", ADDRESSES + "/10.96.0.9", "")).isEqualTo(404);
        }
    }
}
