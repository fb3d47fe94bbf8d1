package io.biplane.api.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * Updates of stored Services, a row each (update-tables.txt): what is stored, the merge patch that
 * a client sends, and what comes of it: policy, families and addresses, or the faults. A and B are
 * the stored addresses, B2 another IPv6 address, new4 and new6 freshly allocated ones.
 */
class UpdateTest {
    private static final Map<String, Pipeline> CLUSTERS =
            Map.of(
                    "v4",
                    Pipeline.V4,
                    "v6",
                    Pipeline.V6,
                    "v4,v6",
                    Pipeline.V4_V6,
                    "v6,v4",
                    Pipeline.V6_V4);
    private static final Map<String, String> NAMES =
            Map.of(
                    "10.96.0.1",
                    "A",
                    "10.96.0.2",
                    "A2",
                    "fd00:10:96::1",
                    "B",
                    "fd00:10:96::2",
                    "B2",
                    FakeAllocation.NEW_IPV4,
                    "new4",
                    FakeAllocation.NEW_IPV6,
                    "new6");

    @ParameterizedTest(name = "{0}: {1} <- {2}")
    @CsvFileSource(resources = "update-tables.txt", delimiter = '|', commentCharacter = '#')
    void everyRowOfTheTables(String cluster, String stored, String patch, String expected) {
        ObjectNode service = stored(stored);
        ObjectNode sent = service.deepCopy();
        merge(Json.child(sent, "spec"), Json.parseObject(spelled(patch)));
        assertThat(outcome(CLUSTERS.getOrDefault(cluster, Pipeline.V4_V6), service, sent))
                .isEqualTo(expected);
    }

    private static String spelled(String patch) {
        String text = patch;
        for (Map.Entry<String, String> name : NAMES.entrySet()) {
            text = text.replace("\"" + name.getValue() + "\"", "\"" + name.getKey() + "\"");
        }
        return text;
    }

    /**
     * {@code S [v4] A}, with the shape before it: headless, selectorless, NodePort; or
     * ExternalName.
     */
    private static ObjectNode stored(String text) {
        ObjectNode service = Json.object();
        service.putObject("metadata").put("name", "s").put("namespace", "default");
        ObjectNode spec =
                service.putObject("spec").put("type", "ClusterIP").put("sessionAffinity", "None");
        spec.putArray("ports")
                .addObject()
                .put("port", 80)
                .put("protocol", "TCP")
                .put("targetPort", 80);
        spec.putObject("selector").put("app", "a");
        if (text.startsWith("ExternalName")) {
            spec.put("type", "ExternalName").put("externalName", "a.example");
            return service;
        }
        spec.put("internalTrafficPolicy", "Cluster");
        boolean both = text.contains("v4,v6");
        boolean headless = text.startsWith("headless") || text.startsWith("selectorless");
        String policy = text.replaceFirst(".*?([SPR]) \\[.*", "$1");
        spec.put(
                "ipFamilyPolicy",
                Map.of("S", "SingleStack", "P", "PreferDualStack", "R", "RequireDualStack")
                        .get(policy));
        spec.putArray("ipFamilies").add("IPv4");
        spec.put("ipFamily", "IPv4").put("clusterIP", headless ? "None" : "10.96.0.1");
        spec.putArray("clusterIPs").add(headless ? "None" : "10.96.0.1");
        if (both) {
            spec.withArray("ipFamilies").add("IPv6");
            if (!headless) {
                spec.withArray("clusterIPs").add("fd00:10:96::1");
            }
        }
        if (text.startsWith("selectorless")) {
            spec.remove("selector");
        }
        return service;
    }

    /** RFC 7386: null removes. */
    private static void merge(ObjectNode spec, ObjectNode patch) {
        patch.properties()
                .forEach(field -> {
                    if (field.getValue().isNull()) {
                        spec.remove(field.getKey());
                    } else {
                        spec.set(field.getKey(), field.getValue());
                    }
                });
    }

    private static String outcome(Pipeline cluster, ObjectNode stored, ObjectNode sent) {
        try {
            ObjectNode updated = cluster.update(stored, sent);
            ServiceSpec spec = ServiceSpec.of(updated);
            if (spec.isExternalName()) {
                assertThat(spec.json().propertyNames())
                        .doesNotContain(
                                "clusterIP",
                                "clusterIPs",
                                "ipFamilies",
                                "ipFamilyPolicy",
                                "ipFamily");
                return "ExternalName";
            }
            assertThat(spec.ipFamily()).isEqualTo(spec.families().getFirst());
            return "%s [%s] %s"
                    .formatted(
                            spec.policy().charAt(0),
                            String.join(",", spec.families()).replace("IPv", "v"),
                            spec.clusterIps().stream()
                                    .map(ip -> NAMES.getOrDefault(ip, ip))
                                    .collect(Collectors.joining(",")));
        } catch (StatusException e) {
            assertThat(e.code()).isEqualTo(422);
            return Fields.at(e.toStatus(), "details", "causes")
                    .valueStream()
                    .map(UpdateTest::fault)
                    .collect(Collectors.joining("; "));
        }
    }

    private static String fault(JsonNode cause) {
        String message = Fields.string(cause, "message");
        return Fields.string(cause, "field").replace("spec.", "")
                + ": "
                + message.substring(message.lastIndexOf(": ") + 2);
    }
}
