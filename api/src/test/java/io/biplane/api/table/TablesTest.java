package io.biplane.api.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.kind.Kinds;
import io.biplane.api.yaml.Yaml;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

class TablesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T01:00:00Z");
    private static final String META =
            "metadata: {name: x, creationTimestamp: '2026-01-01T00:00:00Z'}\n";

    static Stream<Arguments> rows() {
        return Stream.of(
                Arguments.of(
                        Kinds.IP_ADDRESSES,
                        "spec: {parentRef: {group: '', resource: services, namespace: default, name: kubernetes}}",
                        "x|services/default/kubernetes|60m"),
                Arguments.of(
                        Kinds.SERVICE_CIDRS,
                        "spec: {cidrs: [10.96.0.0/16, 'fd00:10:96::/112']}",
                        "x|10.96.0.0/16,fd00:10:96::/112|60m"),
                Arguments.of(
                        Kinds.PODS,
                        "spec: {nodeName: node-1, containers: [{name: a}, {name: b}]}\n"
                                + "status: {phase: Running, podIP: 10.244.1.4, podIPs: [{ip:"
                                + " 10.244.1.4}, {ip: 'fd00::4'}], containerStatuses: [{name: a,"
                                + " ready: true, restartCount: 0, state: {running: {}}},"
                                + " {name: b, ready: false, restartCount: 2, state: {waiting:"
                                + " {reason: CrashLoopBackOff}}, lastState: {terminated:"
                                + " {finishedAt: '2026-01-01T00:55:00Z'}}}]}",
                        "x|1/2|CrashLoopBackOff|2 (5m ago)|60m|10.244.1.4|node-1|<none>|<none>"),
                Arguments.of(
                        Kinds.PODS,
                        "spec: {containers: [{name: a}]}\nstatus: {phase: Pending}",
                        "x|0/1|Pending|0|60m|<none>|<none>|<none>|<none>"),
                Arguments.of(
                        Kinds.PODS,
                        "spec: {containers: [{name: a}], initContainers: [{name: i}, {name: j}],"
                                + " readinessGates: [{conditionType: g}]}\n"
                                + "status: {phase: Pending, conditions: [{type: g, status: 'True'}],"
                                + " initContainerStatuses: [{name: i, state: {terminated:"
                                + " {exitCode: 0}}}, {name: j, state: {running: {}}}]}",
                        "x|0/1|Init:1/2|0|60m|<none>|<none>|<none>|1/1"),
                Arguments.of(
                        Kinds.NODES,
                        "spec: {unschedulable: true}\n"
                                + "status: {conditions: [{type: Ready, status: 'True'}], addresses:"
                                + " [{type: InternalIP, address: 172.30.0.2}, {type: InternalIP,"
                                + " address: 'fd00::2'}], nodeInfo: {kubeletVersion: v1.36.0,"
                                + " osImage: Debian, kernelVersion: '6.1'}}",
                        "x|Ready,SchedulingDisabled|<none>|60m|v1.36.0|172.30.0.2|<none>|Debian|"
                                + "6.1|<unknown>"),
                Arguments.of(
                        Kinds.SERVICES,
                        "spec: {type: NodePort, clusterIP: 'fd00::10', clusterIPs: ['fd00::10',"
                                + " 10.96.0.10], selector: {app: MyApp}, ports: [{port: 80, protocol:"
                                + " TCP, nodePort: 30790}, {port: 53, protocol: UDP}]}",
                        "x|NodePort|fd00::10|<none>|80:30790/TCP,53/UDP|60m|app=MyApp"),
                Arguments.of(
                        Kinds.SERVICES,
                        "spec: {type: ClusterIP, clusterIP: None, externalIPs: [1.2.3.4]}",
                        "x|ClusterIP|None|1.2.3.4|<none>|60m|<none>"),
                Arguments.of(
                        Kinds.SERVICES,
                        "spec: {type: ExternalName, externalName: example.com}",
                        "x|ExternalName|<none>|example.com|<none>|60m|<none>"),
                Arguments.of(
                        Kinds.SERVICES,
                        "spec: {type: LoadBalancer, clusterIP: 10.96.0.1}",
                        "x|LoadBalancer|10.96.0.1|<pending>|<none>|60m|<none>"),
                Arguments.of(
                        Kinds.SERVICES,
                        "spec: {type: LoadBalancer, clusterIP: 10.96.0.1}\n"
                                + "status: {loadBalancer: {ingress: [{ip: 'fd00:198::1'},"
                                + " {ip: 198.18.0.1}, {ip: 198.18.0.1}]}}",
                        "x|LoadBalancer|10.96.0.1|198.18.0.1,fd00:198::1|<none>|60m|<none>"),
                Arguments.of(
                        Kinds.ENDPOINTS,
                        "subsets: [{addresses: [{ip: 10.0.0.1}, {ip: 'fd00::2'}],"
                                + " ports: [{port: 80}, {port: 443}]}]",
                        "x|10.0.0.1:80,[fd00::2]:80,10.0.0.1:443 + 1 more...|60m"),
                Arguments.of(Kinds.ENDPOINTS, "{}", "x|<none>|60m"),
                Arguments.of(
                        Kinds.ENDPOINT_SLICES,
                        "addressType: IPv6\nports: [{port: 9376}]\nendpoints: [{addresses:"
                                + " ['fd00::1']}, {addresses: ['fd00::2']}]",
                        "x|IPv6|9376|fd00::1,fd00::2|60m"),
                Arguments.of(
                        Kinds.ENDPOINT_SLICES,
                        "addressType: IPv4\nports: []\nendpoints: []",
                        "x|IPv4|<unset>|<unset>|60m"),
                Arguments.of(
                        Kinds.DEPLOYMENTS,
                        "spec: {replicas: 3, selector: {matchLabels: {app: web}}, template: {spec:"
                                + " {containers: [{name: a, image: i}, {name: b, image: j}]}}}\n"
                                + "status: {readyReplicas: 1, updatedReplicas: 2}",
                        "x|1/3|2|0|60m|a,b|i,j|app=web"),
                Arguments.of(
                        Kinds.REPLICA_SETS,
                        "spec: {replicas: 3, selector: {matchExpressions: [{key: a, operator: In,"
                                + " values: [y, x]}]}}\nstatus: {replicas: 2}",
                        "x|3|2|0|60m|||a in (x,y)"),
                Arguments.of(
                        Kinds.EVENTS,
                        "involvedObject: {kind: Node, name: node-1}\nreason: CIDRNotAvailable\n"
                                + "type: Warning\nmessage: \"none left\\n\"\ncount: 4\n"
                                + "firstTimestamp: '2026-01-01T00:00:00Z'\n"
                                + "lastTimestamp: '2026-01-01T00:59:00Z'\n"
                                + "source: {component: cidrAllocator}",
                        "60s|Warning|CIDRNotAvailable|node/node-1||cidrAllocator|none left|60m|4|x"),
                Arguments.of(
                        Kinds.EVENTS_V1,
                        "regarding: {kind: Pod, name: p}\nreason: R\ntype: Normal\nnote: n\n"
                                + "eventTime: '2026-01-01T00:59:30.000000Z'\n"
                                + "reportingController: c\nreportingInstance: h",
                        "30s|Normal|R|pod/p||c, h|n|30s|1|x"),
                Arguments.of(Kinds.NAMESPACES, "status: {phase: Active}", "x|Active|60m"),
                Arguments.of(Kinds.CONFIG_MAPS, "data: {a: b}\nbinaryData: {c: d}", "x|2|60m"),
                Arguments.of(Kinds.SECRETS, "type: Opaque\ndata: {a: b}", "x|Opaque|1|60m"),
                Arguments.of(Kinds.SERVICE_ACCOUNTS, "{}", "x|0|60m"),
                Arguments.of(Kinds.LEASES, "spec: {holderIdentity: node-1}", "x|node-1|60m"));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void rowsShowWhatUpstreamShows(Resource resource, String yaml, String row) {
        String text = yaml.equals("{}") ? META : META + yaml;
        ObjectNode object = (ObjectNode) Yaml.read(text);
        ObjectNode table =
                Tables.ofObject(
                        Kinds.BUILT_IN.columns(resource), object, Tables.IncludeObject.NONE, NOW);
        List<String> cells =
                table.at("/rows/0/cells").valueStream().map(JsonNode::asString).toList();
        assertThat(String.join("|", cells)).isEqualTo(row);
        assertThat(table.path("columnDefinitions")).hasSize(cells.size());
    }

    @Test
    void rolesComeFromLabelsAndTerminatingFromTheDeletionTimestamp() {
        ObjectNode node =
                Json.parseObject(
                        "{\"metadata\":{\"labels\":{\"node-role.kubernetes.io/worker\":\"\","
                                + "\"node-role.kubernetes.io/control-plane\":\"\"}}}");
        assertThat(cell(Kinds.NODES, node, 2)).isEqualTo("control-plane,worker");
        ObjectNode pod =
                Json.parseObject(
                        "{\"metadata\":{\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"},"
                                + "\"status\":{\"phase\":\"Running\"}}");
        assertThat(cell(Kinds.PODS, pod, 2)).isEqualTo("Terminating");
    }

    private static String cell(Resource resource, ObjectNode object, int index) {
        return Tables.ofObject(
                        Kinds.BUILT_IN.columns(resource), object, Tables.IncludeObject.NONE, NOW)
                .at("/rows/0/cells/" + index)
                .asString();
    }

    @Test
    void aTableCarriesItsListsMetadataAndTheObjectsAsAsked() {
        ObjectNode pod =
                Json.parseObject(
                        "{\"metadata\":{\"name\":\"p\",\"resourceVersion\":\"7\"},\"spec\":{}}");
        ObjectNode metadata = Json.object().put("resourceVersion", "9").put("continue", "t");
        ObjectNode table =
                Tables.ofList(
                        Kinds.BUILT_IN.columns(Kinds.PODS),
                        List.of(pod),
                        metadata,
                        Tables.IncludeObject.METADATA,
                        NOW);
        assertThat(table.path("metadata")).isEqualTo(metadata);
        assertThat(table.at("/rows/0/object"))
                .isEqualTo(
                        Json.parse(
                                "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":"
                                        + "\"meta.k8s.io/v1\",\"metadata\":{\"name\":\"p\","
                                        + "\"resourceVersion\":\"7\"}}"));
        ObjectNode event =
                Tables.ofEvent(
                        Kinds.BUILT_IN.columns(Kinds.PODS),
                        pod,
                        Tables.IncludeObject.OBJECT,
                        NOW,
                        false);
        assertThat(event.path("columnDefinitions")).isEmpty();
        assertThat(event.at("/rows/0/object")).isEqualTo(pod);
        assertThat(Tables.IncludeObject.parse("None")).isEqualTo(Tables.IncludeObject.NONE);
        assertThat(Tables.IncludeObject.parse("")).isEqualTo(Tables.IncludeObject.METADATA);
    }

    @ParameterizedTest
    @CsvSource({
        "-5,<invalid>",
        "-1,0s",
        "0,0s",
        "119,119s",
        "120,2m",
        "125,2m5s",
        "599,9m59s",
        "600,10m",
        "10799,179m",
        "10800,3h",
        "18120,5h2m",
        "28800,8h",
        "172799,47h",
        "172800,2d",
        "273600,3d4h",
        "691200,8d",
        "63071999,729d",
        "63072000,2y",
        "64022400,2y11d",
        "252288000,8y"
    })
    void agesArePrintedAsUpstreamDoes(long seconds, String text) {
        assertThat(Age.human(Duration.ofSeconds(seconds))).isEqualTo(text);
    }
}
