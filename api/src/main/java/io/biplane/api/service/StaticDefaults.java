package io.biplane.api.service;

import io.biplane.api.Json;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a Service gets when it is decoded, whatever the cluster is like. */
final class StaticDefaults {
    private static final int AFFINITY_SECONDS = 10_800;

    private StaticDefaults() {}

    static void apply(ObjectNode service) {
        ServiceSpec spec = ServiceSpec.of(service);
        dropEmpty(spec);
        ObjectNode json = spec.json();
        putIfEmpty(json, "type", "ClusterIP");
        sessionAffinity(spec);
        spec.ports().forEach(StaticDefaults::port);
        if (spec.isExternallyAccessible()) {
            putIfEmpty(json, "externalTrafficPolicy", "Cluster");
        }
        if (spec.usesClusterIps()) {
            putIfEmpty(json, "internalTrafficPolicy", "Cluster");
        }
        if (spec.isLoadBalancer() && !spec.has("allocateLoadBalancerNodePorts")) {
            json.put("allocateLoadBalancerNodePorts", true);
        }
        for (JsonNode ingress : Json.at(service, "status", "loadBalancer", "ingress")) {
            if (ingress instanceof ObjectNode object && !Json.string(object, "ip").isEmpty()) {
                putIfEmpty(object, "ipMode", "VIP");
            }
        }
    }

    /** Empty values mean absence; setting them removes their fields. */
    private static void dropEmpty(ServiceSpec spec) {
        spec.setClusterIp(spec.clusterIp());
        spec.setClusterIpList(spec.clusterIps());
        spec.setFamilies(spec.families());
        spec.setPolicy(spec.policy());
        spec.setIpFamily(spec.ipFamily());
        spec.setHealthCheckNodePort(spec.healthCheckNodePort());
    }

    private static void sessionAffinity(ServiceSpec spec) {
        putIfEmpty(spec.json(), "sessionAffinity", "None");
        switch (spec.text("sessionAffinity")) {
            case "None" -> spec.remove("sessionAffinityConfig");
            case "ClientIP" -> {
                ObjectNode clientIp =
                        Json.child(Json.child(spec.json(), "sessionAffinityConfig"), "clientIP");
                if (!clientIp.hasNonNull("timeoutSeconds")) {
                    clientIp.put("timeoutSeconds", AFFINITY_SECONDS);
                }
            }
            default -> {} // refused by validation
        }
    }

    private static void port(ObjectNode port) {
        putIfEmpty(port, "protocol", "TCP");
        JsonNode target = port.path("targetPort");
        boolean unset =
                target.isMissingNode()
                        || target.isNull()
                        || target.intValue(-1) == 0
                        || target.stringValue("-").isEmpty();
        if (unset && port.has("port")) {
            port.set("targetPort", port.get("port"));
        }
        if (ServiceSpec.nodePort(port) == 0) {
            port.remove("nodePort");
        }
    }

    private static void putIfEmpty(ObjectNode node, String field, String value) {
        if (Json.string(node, field).isEmpty()) {
            node.put(field, value);
        }
    }
}
