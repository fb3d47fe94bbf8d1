package io.biplane.api.service;

import io.biplane.api.Fields;
import io.biplane.api.Json;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a Service gets when it is decoded, whatever the cluster is like. */
final class StaticDefaults {
    private static final int AFFINITY_SECONDS = 10_800;

    private StaticDefaults() {}

    static void apply(ObjectNode service) {
        ServiceSpec spec = ServiceSpec.of(service);
        ObjectNode json = spec.json();
        putIfEmpty(json, "type", "ClusterIP");
        sessionAffinity(spec);
        spec.ports().forEach(StaticDefaults::port);
        if (spec.isExternallyAccessible()) {
            putIfEmpty(json, "externalTrafficPolicy", "Cluster");
        }
        if (spec.usesClusterIps() && !spec.has("internalTrafficPolicy")) {
            json.put("internalTrafficPolicy", "Cluster");
        }
        if (spec.isLoadBalancer() && !spec.has("allocateLoadBalancerNodePorts")) {
            json.put("allocateLoadBalancerNodePorts", true);
        }
        for (JsonNode ingress : Fields.at(service, "status", "loadBalancer", "ingress")) {
            if (ingress instanceof ObjectNode object
                    && !Fields.string(object, "ip").isEmpty()
                    && !object.has("ipMode")) {
                object.put("ipMode", "VIP");
            }
        }
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
                        || target.intValue(-1) == 0
                        || target.stringValue("-").isEmpty();
        if (unset && port.has("port")) {
            port.set("targetPort", port.get("port"));
        }
    }

    private static void putIfEmpty(ObjectNode node, String field, String value) {
        if (Fields.string(node, field).isEmpty()) {
            node.put(field, value);
        }
    }
}
