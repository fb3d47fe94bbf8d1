package io.biplane.api.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Creates compared with recorded answers of upstream's API server; {@code ipFamily}, which that has
 * not, is left out.
 */
class GoldenServiceTest {
    @TestFactory
    Stream<DynamicTest> dualStackIpv4First() throws IOException {
        return cases("service-create-v4-v6.json", Pipeline.V4_V6);
    }

    @TestFactory
    Stream<DynamicTest> singleStackIpv6() throws IOException {
        return cases("service-create-v6.json", Pipeline.V6);
    }

    private static Stream<DynamicTest> cases(String resource, Pipeline pipeline)
            throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode golden : read(resource)) {
            tests.add(
                    DynamicTest.dynamicTest(
                            Fields.string(golden, "case"), () -> check(golden, pipeline)));
        }
        assertThat(tests).hasSize(240);
        return tests.stream();
    }

    private static ArrayNode read(String resource) throws IOException {
        try (InputStream in = GoldenServiceTest.class.getResourceAsStream(resource)) {
            return (ArrayNode) Json.parse(Objects.requireNonNull(in, resource).readAllBytes());
        }
    }

    private static void check(JsonNode golden, Pipeline pipeline) {
        ObjectNode expected = (ObjectNode) golden.get("response");
        assertThat(answer((ObjectNode) golden.get("request"), pipeline)).isEqualTo(expected);
    }

    private static ObjectNode answer(ObjectNode request, Pipeline pipeline) {
        ObjectNode answer = Json.object();
        try {
            ObjectNode created = pipeline.create(request);
            answer.put("code", 201);
            answer.set("spec", masked(created.path("spec"), request));
            answer.set("status", created.get("status"));
        } catch (StatusException e) {
            ObjectNode status = e.toStatus();
            answer.put("code", e.code());
            answer.set("reason", status.get("reason"));
            answer.set("message", status.get("message"));
            ArrayNode causes = answer.putArray("causes");
            Fields.at(status, "details", "causes")
                    .valueStream()
                    .map(GoldenServiceTest::cause)
                    .sorted()
                    .forEach(causes::add);
        }
        return answer;
    }

    /**
     * A cause as the recording has it: a text with blanks behind colons and commas, fields in the
     * order of their names.
     */
    private static String cause(JsonNode cause) {
        return "{\"field\": %s, \"message\": %s, \"reason\": %s}"
                .formatted(
                        Json.text(cause.path("field")),
                        Json.text(cause.path("message")),
                        Json.text(cause.path("reason")));
    }

    private static ObjectNode masked(JsonNode spec, ObjectNode request) {
        String text = Json.text(spec);
        Map<String, String> marks =
                Map.of(FakeAllocation.NEW_IPV4, "<IPv4>", FakeAllocation.NEW_IPV6, "<IPv6>");
        for (Map.Entry<String, String> mark : marks.entrySet()) {
            if (!Json.text(request).contains("\"" + mark.getKey() + "\"")) {
                text = text.replace("\"" + mark.getKey() + "\"", "\"" + mark.getValue() + "\"");
            }
        }
        ObjectNode masked =
                Json.parseObject(text.replace("" + FakeAllocation.NEW_NODE_PORT, "\"<np>\""));
        masked.remove("ipFamily");
        return masked;
    }
}
