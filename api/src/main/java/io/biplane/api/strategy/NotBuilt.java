package io.biplane.api.strategy;

import io.biplane.api.Fields;
import io.biplane.api.validation.FieldPath;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * Fields that are accepted and stored, but that no part of Biplane acts on yet; whoever sets one is
 * told so in a {@code Warning} header. One row a field: delete it when the field is built. Other
 * programs may act on them (upstream's kube-proxy under this API server), so nothing is refused.
 */
public final class NotBuilt {
    private static final String SKIP_MIRROR = "endpointslice.kubernetes.io/skip-mirror";
    private static final String MANAGED_BY = "endpoints.kubernetes.io/managed-by";
    private static final String LEADER = "control-plane.alpha.kubernetes.io/leader";
    private static final String TOPOLOGY = "service.kubernetes.io/topology-mode";

    /**
     * A field.
     *
     * @param set whether its value, in this object, asks for what is not built
     * @param what does not happen, and what to do instead
     */
    record Row(FieldPath path, BiPredicate<ObjectNode, JsonNode> set, String what) {}

    private static final String UNSCHEDULED =
            "Biplane's scheduler does not look at this yet (use nodeSelector, or required node affinity)";

    /** Of Services. */
    public static final NotBuilt SERVICES =
            new NotBuilt(
                    List.of(),
                    row(
                            "spec.type",
                            is("LoadBalancer"),
                            "no controller sets up a load balancer yet: status.loadBalancer stays empty (use NodePort)"),
                    row(
                            "spec.sessionAffinity",
                            is("ClientIP").and(NotBuilt::isForwarded),
                            "Biplane's kube-proxy does not build ClientIP yet: each connection of a client goes to any endpoint"),
                    row(
                            "spec.externalTrafficPolicy",
                            is("Local"),
                            "Biplane's kube-proxy does not build Local yet: connections from outside go to endpoints on all nodes, and the client's address is translated (use Cluster)"),
                    row(
                            "spec.internalTrafficPolicy",
                            is("Local").and(NotBuilt::isForwarded),
                            "Biplane's kube-proxy does not build Local yet: connections go to endpoints on all nodes (use Cluster)"),
                    row(
                            "spec.externalIPs",
                            (service, ips) -> !ips.isEmpty() && isForwarded(service, ips),
                            "Biplane's kube-proxy does not build external IPs yet: connections to them are not forwarded (use type NodePort)"),
                    row(
                            "spec.loadBalancerSourceRanges",
                            (_, ranges) -> !ranges.isEmpty(),
                            "Biplane's kube-proxy does not build source ranges yet: every client is let in (filter in front of the nodes)"),
                    row(
                            "spec.healthCheckNodePort",
                            (_, port) -> port.intValue(0) != 0,
                            "Biplane's kube-proxy does not answer health checks yet: nothing listens on this port"),
                    row(
                            "spec.trafficDistribution",
                            NotBuilt::isForwarded,
                            "no controller gives endpoints hints yet: connections go to endpoints in all zones and on all nodes"),
                    row(
                            "metadata.annotations",
                            (service, map) -> map.has(TOPOLOGY) && isForwarded(service, map),
                            TOPOLOGY
                                    + ": no controller gives endpoints hints yet: connections go to endpoints in all zones"),
                    row(
                            "spec.ports[].protocol",
                            is("SCTP").and(NotBuilt::isForwarded),
                            "Biplane's kube-proxy does not forward SCTP yet (use TCP or UDP)"),
                    row(
                            "spec.externalName",
                            (service, _) -> isType(service, "ExternalName"),
                            "there is no cluster DNS yet: the Service's name does not resolve (use the external name itself)"));

    /** Of Endpoints. */
    public static final NotBuilt ENDPOINTS =
            new NotBuilt(
                    List.of(),
                    row(
                            "subsets",
                            (endpoints, _) -> isMadeByHand(endpoints),
                            "no controller mirrors Endpoints to EndpointSlices yet: connections are not forwarded to these addresses (create an EndpointSlice with the label kubernetes.io/service-name)"));

    /** Below a pod's spec. */
    private static final List<Row> POD =
            List.of(
                    row(
                            "containers[].ports[].hostPort",
                            (spec, port) ->
                                    port.intValue(0) != 0
                                            && !spec.path("hostNetwork").booleanValue(false),
                            "host ports are not built yet: the node's addresses do not lead to the pod (use a Service of type NodePort)"),
                    row(
                            "containers[].ports[].protocol",
                            is("SCTP"),
                            "SCTP is not built yet: nothing listens on this port (use TCP or UDP)"),
                    row(
                            "containers[].readinessProbe",
                            NotBuilt::isGiven,
                            "probes are not run yet: the pod is Ready once it listens"),
                    row(
                            "containers[].livenessProbe",
                            NotBuilt::isGiven,
                            "probes are not run yet: no container is restarted for them"),
                    row(
                            "containers[].startupProbe",
                            NotBuilt::isGiven,
                            "probes are not run yet: the pod is Ready once it listens"),
                    row("affinity.podAffinity", NotBuilt::isGiven, UNSCHEDULED),
                    row("affinity.podAntiAffinity", NotBuilt::isGiven, UNSCHEDULED),
                    row(
                            "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution",
                            NotBuilt::isGiven,
                            UNSCHEDULED),
                    row("topologySpreadConstraints", NotBuilt::isGiven, UNSCHEDULED));

    /** Of Pods. */
    public static final NotBuilt PODS = new NotBuilt(List.of("spec"), POD);

    /** Of what makes pods from a template. */
    public static final NotBuilt POD_TEMPLATES =
            new NotBuilt(List.of("spec", "template", "spec"), POD);

    /** Of a kind whose fields are all built. */
    public static final NotBuilt NOTHING = new NotBuilt(List.of());

    private final List<String> base;
    private final List<Row> rows;

    private NotBuilt(List<String> base, Row... rows) {
        this(base, List.of(rows));
    }

    /**
     * @param base where in the kind's objects the paths of the rows begin
     */
    private NotBuilt(List<String> base, List<Row> rows) {
        this.base = List.copyOf(base);
        this.rows = List.copyOf(rows);
    }

    List<String> base() {
        return base;
    }

    List<Row> rows() {
        return rows;
    }

    private static Row row(String path, BiPredicate<ObjectNode, JsonNode> set, String what) {
        return new Row(FieldPath.parse(path), set, what);
    }

    private static BiPredicate<ObjectNode, JsonNode> is(String wanted) {
        return (_, value) -> value.stringValue("").equals(wanted);
    }

    private static boolean isGiven(ObjectNode object, JsonNode value) {
        return !value.isNull();
    }

    private static boolean isType(ObjectNode service, String type) {
        return Fields.string(service, "spec", "type").equals(type);
    }

    /** Whether the Service has addresses that nodes forward; of others upstream ignores much. */
    private static boolean isForwarded(ObjectNode service, JsonNode value) {
        return !isType(service, "ExternalName")
                && !Fields.string(service, "spec", "clusterIP").equals("None");
    }

    /** Whether upstream would mirror them. */
    private static boolean isMadeByHand(ObjectNode endpoints) {
        JsonNode labels = Fields.at(endpoints, "metadata", "labels");
        return !Fields.string(labels, SKIP_MIRROR).equals("true")
                && !labels.has(MANAGED_BY)
                && !Fields.at(endpoints, "metadata", "annotations").has(LEADER);
    }

    /** Texts for {@code Warning} headers, one for each such field that the object sets. */
    public List<String> warnings(ObjectNode object) {
        List<String> warnings = new ArrayList<>();
        if (Fields.at(object, base.toArray(String[]::new)) instanceof ObjectNode root) {
            for (Row row : rows) {
                row.path.find(
                        String.join(".", base),
                        root,
                        (field, value) -> {
                            if (row.set.test(root, value)) {
                                warnings.add(field + ": " + row.what);
                            }
                        });
            }
        }
        return warnings;
    }
}
