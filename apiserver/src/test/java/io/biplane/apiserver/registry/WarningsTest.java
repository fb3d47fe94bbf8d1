package io.biplane.apiserver.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.apiserver.TestServer;
import io.biplane.apiserver.exchange.Response;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** {@code Warning} headers: what is accepted but not built, and never more than a few. */
class WarningsTest {
    private static final String SERVICES = "/api/v1/namespaces/default/services";
    private static final String AFFINITY =
            "299 - \"spec.sessionAffinity: Biplane's kube-proxy does not build ClientIP yet: each connection of a client goes to any endpoint\"";

    @TempDir Path directory;
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = new TestServer(directory);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private List<String> warnings(String method, String path, String type, String body) {
        Response response = server.send(method, path, type, body);
        assertThat(response.code()).isBetween(200, 201);
        return ((Response.Full) response).headers().getOrDefault("Warning", List.of());
    }

    @Test
    void createsUpdatesAndPatchesSayWhatIsNotBuilt() {
        String json = "application/json";
        assertThat(
                        warnings(
                                "POST",
                                SERVICES,
                                json,
                                "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"sessionAffinity\":\"ClientIP\",\"ports\":[{\"port\":80}]}}"))
                .containsExactly(AFFINITY);
        assertThat(
                        warnings(
                                "POST",
                                SERVICES + "?dryRun=All",
                                json,
                                "{\"metadata\":{\"name\":\"b\"},\"spec\":{\"sessionAffinity\":\"ClientIP\",\"ports\":[{\"port\":80}]}}"))
                .containsExactly(AFFINITY);
        for (String form : List.of("merge-patch", "strategic-merge-patch")) {
            assertThat(
                            warnings(
                                    "PATCH",
                                    SERVICES + "/a",
                                    "application/" + form + "+json",
                                    "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}"))
                    .as("the field is still set")
                    .containsExactly(AFFINITY);
        }
        String without = "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"ports\":[{\"port\":80}]}}";
        assertThat(warnings("PUT", SERVICES + "/a", json, without)).isEmpty();
        assertThat(
                        warnings(
                                "PATCH",
                                SERVICES + "/a",
                                "application/json-patch+json",
                                "[{\"op\":\"add\",\"path\":\"/spec/externalIPs\",\"value\":[\"192.0.2.1\"]}]"))
                .containsExactly(
                        "299 - \"spec.externalIPs: Biplane's kube-proxy does not build external IPs yet: connections to them are not forwarded (use type NodePort)\"");
        assertThat(warnings("GET", SERVICES + "/a", json, "")).isEmpty();
    }

    @Test
    void whatTheServerMakesItselfWarnsNobody() {
        for (String path :
                List.of(
                        SERVICES + "/kubernetes",
                        "/api/v1/namespaces/default/endpoints/kubernetes",
                        "/api/v1/namespaces/default")) {
            assertThat(
                            warnings(
                                    "PATCH",
                                    path,
                                    "application/merge-patch+json",
                                    "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}"))
                    .as(path)
                    .isEmpty();
        }
    }

    @Test
    void thereAreAtMostTwentyAndThenANumber() {
        String unknown =
                IntStream.range(0, 1_000)
                        .mapToObj(i -> "\"f%d\":1".formatted(i))
                        .collect(Collectors.joining(","));
        List<String> warnings =
                warnings(
                        "POST",
                        "/api/v1/namespaces/default/configmaps",
                        "application/json",
                        "{\"metadata\":{\"name\":\"m\"}," + unknown + "}");
        assertThat(warnings).hasSize(21);
        assertThat(warnings.getFirst()).isEqualTo("299 - \"unknown field \\\"f0\\\"\"");
        assertThat(warnings.getLast()).isEqualTo("299 - \"and 980 more warnings\"");
    }

    @Test
    void noNameOfAFieldBreaksTheHeader() {
        String name = "a\\r\\nSet-Cookie: b\\u0000\\\"" + "x".repeat(40_000);
        List<String> warnings =
                warnings(
                        "POST",
                        "/api/v1/namespaces/default/configmaps",
                        "application/json",
                        "{\"metadata\":{\"name\":\"m\"},\"%s\":1}".formatted(name));
        assertThat(warnings).hasSize(1);
        assertThat(warnings.getFirst())
                .startsWith("299 - \"unknown field \\\"a  Set-Cookie: b \\\"xxx")
                .endsWith("x...\"")
                .hasSizeLessThan(600)
                .matches("\\P{Cntrl}*");
    }
}
