package io.biplane.apiserver.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.apiserver.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** {@code ""} where upstream has a pointer is refused, and never taken for "as it is". */
class EmptyStringWritesTest {
    private static final String SERVICES = "/api/v1/namespaces/default/services";
    private static final String NAME_PART =
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    @TempDir Path directory;

    @Test
    void aServiceWithAnEmptyPolicyOrFamilyIsRefused() throws IOException {
        try (TestServer server = new TestServer(directory)) {
            ObjectNode policy =
                    server.json(
                            "POST",
                            SERVICES,
                            "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"ipFamilyPolicy\":\"\",\"ports\":[{\"port\":80}]}}");
            assertThat(policy.path("code").intValue()).isEqualTo(422);
            assertThat(Fields.string(policy, "message"))
                    .isEqualTo(
                            "Service \"a\" is invalid: spec.ipFamilyPolicy: Unsupported value: \"\": supported values: \"PreferDualStack\", \"RequireDualStack\", \"SingleStack\"");
            ObjectNode family =
                    server.json(
                            "POST",
                            SERVICES,
                            "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"ipFamily\":\"\",\"ports\":[{\"port\":80}]}}");
            assertThat(Fields.string(family, "message"))
                    .isEqualTo(
                            "Service \"a\" is invalid: spec.ipFamily: Invalid value: \"\": only the following families are allowed: IPv4, IPv6");
        }
    }

    @Test
    void whatAServiceHasIsNotEmptiedByPatchesOfAnyForm() throws IOException {
        try (TestServer server = new TestServer(directory)) {
            ObjectNode before =
                    server.json(
                            "POST",
                            SERVICES,
                            """
                            {"metadata":{"name":"k2u"},"spec":{"internalTrafficPolicy":"Local","trafficDistribution":"PreferClose",
                             "ports":[{"port":80,"appProtocol":"http"}]}}
                            """);
            for (String form : List.of("merge-patch", "strategic-merge-patch")) {
                String type = "application/" + form + "+json";
                refused(
                        server,
                        type,
                        "{\"spec\":{\"internalTrafficPolicy\":\"\"}}",
                        "spec.internalTrafficPolicy: Unsupported value: \"\": supported values: \"Cluster\", \"Local\"");
                refused(
                        server,
                        type,
                        "{\"spec\":{\"trafficDistribution\":\"\"}}",
                        "spec.trafficDistribution: Unsupported value: \"\": supported values: \"PreferClose\", \"PreferSameNode\", \"PreferSameZone\"");
                refused(
                        server,
                        type,
                        "{\"spec\":{\"ports\":[{\"port\":80,\"appProtocol\":\"\"}]}}",
                        "[spec.ports[0].appProtocol: Invalid value: \"\": name part must be non-empty, spec.ports[0].appProtocol: Invalid value: \"\": "
                                + NAME_PART
                                + "]");
                refused(
                        server,
                        type,
                        "{\"spec\":{\"ipFamilyPolicy\":\"\"}}",
                        "spec.ipFamilyPolicy: Unsupported value: \"\": supported values: \"PreferDualStack\", \"RequireDualStack\", \"SingleStack\"");
            }
            refused(
                    server,
                    "application/json-patch+json",
                    "[{\"op\":\"replace\",\"path\":\"/spec/internalTrafficPolicy\",\"value\":\"\"}]",
                    "spec.internalTrafficPolicy: Unsupported value: \"\": supported values: \"Cluster\", \"Local\"");
            assertThat(server.get(SERVICES + "/k2u")).isEqualTo(before);
        }
    }

    private static void refused(TestServer server, String form, String patch, String fault) {
        ObjectNode answer = server.json("PATCH", SERVICES + "/k2u", form, patch);
        assertThat(answer.path("code").intValue()).as(Json.text(answer)).isEqualTo(422);
        assertThat(Fields.string(answer, "message"))
                .isEqualTo("Service \"k2u\" is invalid: " + fault);
    }

    @Test
    void deleteOptionsWithAnEmptyPolicyOrUidDeleteNothing() throws IOException {
        try (TestServer server = new TestServer(directory)) {
            String maps = "/api/v1/namespaces/default/configmaps";
            server.json("POST", maps, "{\"metadata\":{\"name\":\"m\"}}");
            ObjectNode policy = server.json("DELETE", maps + "/m", "{\"propagationPolicy\":\"\"}");
            assertThat(policy.path("code").intValue()).isEqualTo(422);
            assertThat(Fields.string(policy, "message"))
                    .isEqualTo(
                            "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"");
            assertThat(server.code("DELETE", maps + "/m", "{\"preconditions\":{\"uid\":\"\"}}"))
                    .isEqualTo(409);
            assertThat(
                            server.code(
                                    "DELETE",
                                    maps + "/m",
                                    "{\"preconditions\":{\"resourceVersion\":\"\"}}"))
                    .isEqualTo(409);
            assertThat(server.code("GET", maps + "/m", "")).isEqualTo(200);
            assertThat(server.code("DELETE", maps + "/m", "{\"propagationPolicy\":null}"))
                    .isEqualTo(200);
        }
    }
}
