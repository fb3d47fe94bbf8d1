package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.cli.it.Programs.Result;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Manifests as charts and generators write them, by way of kubectl: empty values that mean nothing,
 * empty strings that are errors, and Services with hundreds of ports.
 */
@ClusterTest
class GeneratedManifestsIT {
    private static @TempDir Path directory;
    private static TestCluster cluster;

    @BeforeAll
    static void up() {
        cluster = new TestCluster("it-manifests", directory);
        cluster.up("--nodes=1").succeeded();
    }

    @AfterAll
    static void down() {
        cluster.close();
    }

    private static Result create(String manifest) {
        return cluster.kubectl(Kubectl.CURRENT, manifest, "create", "-f", "-");
    }

    private static Result patch(String object, String type, String patch) {
        return cluster.kubectl(
                Kubectl.CURRENT, "", "patch", object, "--type=" + type, "--patch=" + patch);
    }

    @Test
    void emptyValuesThatMeanNothingAreNotStored() {
        create(
                        """
                        apiVersion: v1
                        kind: Service
                        metadata: {name: empties, labels: {}, annotations: {}, finalizers: [], ownerReferences: []}
                        spec:
                          selector: {}
                          externalIPs: []
                          loadBalancerSourceRanges: []
                          loadBalancerIP: ""
                          externalTrafficPolicy: ""
                          publishNotReadyAddresses: false
                          ports: [{name: "", port: 80}]
                        """)
                .succeeded();
        JsonNode service = cluster.get("service", "empties");
        assertThat(names(service.path("metadata")))
                .containsExactlyInAnyOrder(
                        "creationTimestamp", "name", "namespace", "resourceVersion", "uid");
        assertThat(names(service.path("spec")))
                .containsExactlyInAnyOrder(
                        "clusterIP",
                        "clusterIPs",
                        "internalTrafficPolicy",
                        "ipFamilies",
                        "ipFamily",
                        "ipFamilyPolicy",
                        "ports",
                        "sessionAffinity",
                        "type");
        assertThat(names(service.at("/spec/ports/0")))
                .containsExactlyInAnyOrder("port", "protocol", "targetPort");
    }

    private static Collection<String> names(JsonNode object) {
        return object.propertyNames();
    }

    private static String deployment(String... podFields) {
        return """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: zero}
        spec:
          selector: {matchLabels: {app: zero}}
          template:
            metadata: {labels: {app: zero}}
            spec: {%s containers: [{name: c, image: "registry.k8s.io/e2e-test-images/agnhost:2.53"}]}
        """
                .formatted(String.join("", podFields));
    }

    @Test
    void emptyValuesInATemplateStartNoRollout() {
        cluster.apply(deployment());
        cluster.kubectl("rollout", "status", "deployment/zero", "--timeout=60s");
        String spec = cluster.get("deployment", "zero").path("spec").toString();

        cluster.apply(deployment("hostNetwork: false,", "tolerations: [],", "nodeSelector: {},"));
        String patch =
                "[{\"op\":\"add\",\"path\":\"/spec/template/spec/containers/0/stdin\",\"value\":false}]";
        assertThat(patch("deployment/zero", "json", patch).succeeded()).contains("(no change)");
        // A change that is one reaches the controller after whatever those two would have caused.
        cluster.kubectl("scale", "deployment/zero", "--replicas=2");
        cluster.kubectl("rollout", "status", "deployment/zero", "--timeout=60s");

        JsonNode deployment = cluster.get("deployment", "zero");
        assertThat(deployment.path("spec").toString())
                .isEqualTo(spec.replace("\"replicas\":1", "\"replicas\":2"));
        assertThat(deployment.at("/metadata/generation").asInt()).isEqualTo(2);
        assertThat(cluster.get("replicasets", "--selector=app=zero").path("items")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ipFamilyPolicy | spec.ipFamilyPolicy: Unsupported value: \"\": supported values: \"PreferDualStack\", \"RequireDualStack\", \"SingleStack\"",
                "ipFamily | spec.ipFamily: Invalid value: \"\"",
            })
    void anEmptyStringInAnOptionalFieldIsRefusedAtCreation(String field, String fault) {
        Result result =
                create(
                        """
                        {"apiVersion":"v1","kind":"Service","metadata":{"name":"emptystring"},
                         "spec":{"%s":"","ports":[{"port":80}]}}
                        """
                                .formatted(field));
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.output()).contains("The Service \"emptystring\" is invalid: " + fault);
    }

    @Test
    void anEmptyStringInAnOptionalFieldIsRefusedInAPatch() {
        create(
                        """
                        apiVersion: v1
                        kind: Service
                        metadata: {name: emptied}
                        spec:
                          internalTrafficPolicy: Local
                          trafficDistribution: PreferClose
                          ports: [{port: 80, appProtocol: http}]
                        """)
                .succeeded();
        JsonNode before = cluster.get("service", "emptied");
        assertEmptied(
                "\"internalTrafficPolicy\":\"\"",
                "spec.internalTrafficPolicy: Unsupported value: \"\": supported values: \"Cluster\", \"Local\"");
        assertEmptied(
                "\"trafficDistribution\":\"\"",
                "spec.trafficDistribution: Unsupported value: \"\"");
        assertEmptied(
                "\"ports\":[{\"port\":80,\"appProtocol\":\"\"}]",
                "spec.ports[0].appProtocol: Invalid value: \"\": name part must be non-empty");
        assertThat(cluster.get("service", "emptied")).isEqualTo(before);
    }

    private static void assertEmptied(String spec, String fault) {
        Result result = patch("service/emptied", "merge", "{\"spec\":{%s}}".formatted(spec));
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.output()).contains("The Service \"emptied\" is invalid:", fault);
    }

    private static String manyPorts(String name, String type, int count) {
        return """
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"%s"},
         "spec":{"type":"%s","ipFamilyPolicy":"RequireDualStack","selector":{"app":"media"},"ports":[%s]}}
        """
                .formatted(
                        name,
                        type,
                        IntStream.range(1000, 1000 + count)
                                .mapToObj("{\"name\":\"p%1$d\",\"port\":%1$d}"::formatted)
                                .collect(Collectors.joining(",")));
    }

    private static List<Integer> nodePorts(String name) {
        List<Integer> ports = new ArrayList<>();
        for (JsonNode port : cluster.get("service", name).at("/spec/ports")) {
            if (port.has("nodePort")) {
                ports.add(port.path("nodePort").asInt());
            }
        }
        return ports;
    }

    @Test
    void aServiceMayHaveHundredsOfNodePorts() {
        create(manyPorts("media", "NodePort", 130)).succeeded();
        assertThat(nodePorts("media")).hasSize(130).doesNotHaveDuplicates();

        create(manyPorts("later", "ClusterIP", 200)).succeeded();
        patch("service/later", "merge", "{\"spec\":{\"type\":\"NodePort\"}}").succeeded();
        List<Integer> later = nodePorts("later");
        assertThat(later).hasSize(200).doesNotHaveDuplicates();
        assertThat(later).doesNotContainAnyElementsOf(nodePorts("media"));
        patch("service/later", "merge", "{\"spec\":{\"type\":\"LoadBalancer\"}}").succeeded();
        assertThat(nodePorts("later")).isEqualTo(later);
    }
}
