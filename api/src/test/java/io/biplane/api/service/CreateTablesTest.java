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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every row of upstream's decision tables for new Services, on clusters of all four kinds. */
class CreateTablesTest {
    private static final List<Pipeline> CLUSTERS =
            List.of(Pipeline.V4, Pipeline.V6, Pipeline.V4_V6, Pipeline.V6_V4);
    private static final List<String> CLUSTER_NAMES = List.of("v4", "v6", "v4,v6", "v6,v4");
    private static final Pattern INDEX = Pattern.compile("\\[(\\d)]");

    @TestFactory
    Stream<DynamicTest> everyCellOfTheTables() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : lines()) {
            List<String> cells = Arrays.stream(line.split("\\|")).map(String::strip).toList();
            for (String shape : shapes(cells.getFirst())) {
                for (String policy :
                        cells.get(1).equals("nil or S")
                                ? List.of("nil", "S")
                                : List.of(cells.get(1))) {
                    for (int c = 0; c < CLUSTERS.size(); c++) {
                        ObjectNode request = request(shape, policy, cells.get(2), cells.get(3));
                        // "nil or S" stands for S in outcomes; a nil policy is defaulted to it.
                        String expected = sorted(cells.get(4 + c));
                        Pipeline cluster = CLUSTERS.get(c);
                        tests.add(
                                DynamicTest.dynamicTest(
                                        "%s %s %s %s on %s"
                                                .formatted(
                                                        shape,
                                                        policy,
                                                        cells.get(2),
                                                        cells.get(3),
                                                        CLUSTER_NAMES.get(c)),
                                        () ->
                                                assertThat(outcome(cluster, request))
                                                        .isEqualTo(expected)));
                    }
                }
            }
        }
        assertThat(tests).hasSizeGreaterThan(520);
        return tests.stream();
    }

    private static List<String> shapes(String table) {
        return switch (table) {
            case "T1" -> List.of("ClusterIP", "NodePort", "LoadBalancer", "headless");
            case "T2" -> List.of("selectorless");
            default -> List.of("ClusterIP", "NodePort", "LoadBalancer");
        };
    }

    private static List<String> lines() throws IOException {
        try (InputStream in = CreateTablesTest.class.getResourceAsStream("create-tables.txt")) {
            String text =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().filter(line -> !line.startsWith("#")).toList();
        }
    }

    private static ObjectNode request(
            String shape, String policy, String families, String addresses) {
        boolean headless = shape.equals("headless") || shape.equals("selectorless");
        ObjectNode spec = Json.object().put("type", headless ? "ClusterIP" : shape);
        if (!shape.equals("selectorless")) {
            spec.putObject("selector").put("app", "a");
        }
        spec.putArray("ports").addObject().put("port", 80);
        if (headless) {
            spec.put("clusterIP", "None");
        }
        if (!policy.equals("nil")) {
            spec.put("ipFamilyPolicy", policyName(policy));
        }
        if (!families.equals("—")) {
            ArrayNode list = spec.putArray("ipFamilies");
            Arrays.stream(families.split(","))
                    .map(f -> f.equals("v4") ? "IPv4" : "IPv6")
                    .forEach(list::add);
        }
        if (!addresses.equals("—")) {
            List<String> ips =
                    Arrays.stream(addresses.split(","))
                            .map(a -> a.equals("a4") ? "10.96.0.9" : "fd00:10:96::9")
                            .toList();
            spec.put("clusterIP", ips.getFirst()).set("clusterIPs", ServiceSpec.array(ips));
        }
        ObjectNode service = Json.object();
        service.putObject("metadata").put("name", "s").put("namespace", "default");
        service.set("spec", spec);
        return service;
    }

    private static String policyName(String letter) {
        return switch (letter) {
            case "S" -> "SingleStack";
            case "P" -> "PreferDualStack";
            default -> "RequireDualStack";
        };
    }

    /** In the tables' own terms: {@code S [v4]}, or the codes of the faults. */
    private static String outcome(Pipeline cluster, ObjectNode request) {
        try {
            ServiceSpec created = ServiceSpec.of(cluster.create(request));
            assertThat(created.ipFamily()).as("ipFamily").isEqualTo(created.families().getFirst());
            if (!created.isHeadless()) {
                assertThat(created.clusterIps()).hasSameSizeAs(created.families());
                assertThat(created.clusterIp()).isEqualTo(created.clusterIps().getFirst());
            }
            return "%s [%s]"
                    .formatted(
                            created.policy().charAt(0),
                            created.families().stream()
                                    .map(f -> f.replace("IPv", "v"))
                                    .collect(Collectors.joining(",")));
        } catch (StatusException e) {
            assertThat(e.code()).isEqualTo(422);
            return sorted(
                    Fields.at(e.toStatus(), "details", "causes")
                            .valueStream()
                            .map(CreateTablesTest::code)
                            .collect(Collectors.joining("+")));
        }
    }

    private static String sorted(String codes) {
        return codes.startsWith("E")
                ? String.join("+", new TreeSet<>(Arrays.asList(codes.split("\\+"))))
                : codes;
    }

    private static String code(JsonNode cause) {
        String field = Fields.string(cause, "field");
        String message = Fields.string(cause, "message");
        Matcher index = INDEX.matcher(field);
        String suffix = index.find() ? index.group() : "";
        if (message.endsWith("when multiple IP families are specified")) {
            return "E1";
        } else if (message.endsWith("when multiple cluster IPs are specified")) {
            return "E2";
        } else if (message.endsWith(": this cluster is not configured for dual-stack services")) {
            return "E3";
        } else if (message.endsWith("\": not configured on this cluster")) {
            return "E4" + suffix;
        } else if (message.endsWith(" is not configured on this cluster")) {
            return "E5" + suffix;
        }
        return field + ": " + message;
    }
}
