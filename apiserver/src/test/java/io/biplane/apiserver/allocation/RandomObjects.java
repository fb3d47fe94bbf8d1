package io.biplane.apiserver.allocation;

import io.biplane.api.Json;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.PortRange;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Services and Nodes as people and programs write them: mostly right, sometimes not, often asking
 * for what somebody else has.
 */
final class RandomObjects {
    private static final List<String> TYPES =
            List.of("ClusterIP", "NodePort", "LoadBalancer", "ExternalName", "None");
    private static final List<String> POLICIES =
            List.of("", "SingleStack", "PreferDualStack", "RequireDualStack");
    private static final List<String> FAMILIES =
            List.of("", "IPv4", "IPv6", "IPv4 IPv6", "IPv6 IPv4");
    private static final List<String> PROTOCOLS = List.of("TCP", "UDP", "SCTP");
    private static final int[] PORTS = {53, 80, 443};

    private final SplittableRandom random;
    private final List<Prefix> ranges;
    private final PortRange nodePorts;

    RandomObjects(SplittableRandom random, List<Prefix> ranges, PortRange nodePorts) {
        this.random = random;
        this.ranges = ranges;
        this.nodePorts = nodePorts;
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static ObjectNode object(String name) {
        ObjectNode object = Json.object();
        object.putObject("metadata").put("name", name);
        return object;
    }

    ObjectNode service(String namespace, String name) {
        ObjectNode service = object(name);
        Json.child(service, "metadata").put("namespace", namespace);
        if (oneIn(20)) {
            Json.child(service, "metadata").putArray("finalizers").add("example.com/held");
        }
        spec(Json.child(service, "spec"));
        return service;
    }

    private void spec(ObjectNode spec) {
        spec.putObject("selector").put("app", "a");
        String type = any(TYPES);
        if (type.equals("ExternalName")) {
            spec.put("type", type).put("externalName", "a.example");
            return;
        }
        String policy = any(POLICIES);
        if (!policy.isEmpty()) {
            spec.put("ipFamilyPolicy", policy);
        }
        String families =
                policy.endsWith("DualStack") ? any(FAMILIES) : FAMILIES.get(random.nextInt(3));
        if (!families.isEmpty()) {
            ArrayNode list = spec.putArray("ipFamilies");
            for (IpFamily family : IpFamily.values()) {
                if (families.contains(family.apiName())) {
                    list.add(family.apiName());
                }
            }
        }
        ports(spec, type);
        if (type.equals("None")) {
            spec.put("type", "ClusterIP").put("clusterIP", "None");
            return;
        }
        spec.put("type", type);
        if (oneIn(4)) {
            address(spec, families);
        }
        if (type.equals("LoadBalancer")) {
            balancer(spec);
        }
    }

    /** Few, or around as many as are claimed one by one, and more. */
    private void ports(ObjectNode spec, String type) {
        int few = 1 + random.nextInt(3);
        for (int i = 0; i < few; i++) {
            port(spec, "p" + i, type);
        }
        if (oneIn(12)) {
            int many = NodePortClaims.MOST_KEYS - 4 + random.nextInt(12);
            for (int i = 0; i < many; i++) {
                port(spec, "m" + i, type);
                ((ObjectNode) spec.path("ports").get(few + i)).put("port", 1000 + i);
            }
        }
    }

    private void port(ObjectNode spec, String name, String type) {
        ObjectNode port = spec.withArray("ports").addObject().put("name", name);
        port.put("port", PORTS[random.nextInt(PORTS.length)]).put("protocol", any(PROTOCOLS));
        if ((type.equals("NodePort") || type.equals("LoadBalancer")) && oneIn(4)) {
            port.put("nodePort", number());
        }
    }

    private int number() {
        // Now and then just outside.
        return nodePorts.first() - 1 + random.nextInt(nodePorts.size() + 2);
    }

    private void address(ObjectNode spec, String families) {
        Prefix range = any(ranges);
        if (families.length() == 4 && !range.family().apiName().equals(families)) {
            return;
        }
        // The network address and what lies behind the range included.
        Addr addr = range.at(0).plus(random.nextInt(range.size().intValueExact() + 1));
        spec.put("clusterIP", addr.toString());
        if (families.length() != 4) {
            spec.remove("ipFamilies");
        }
    }

    private void balancer(ObjectNode spec) {
        if (oneIn(5)) {
            spec.put("allocateLoadBalancerNodePorts", false);
        }
        if (oneIn(2)) {
            spec.put("externalTrafficPolicy", "Local");
            if (oneIn(4)) {
                spec.put("healthCheckNodePort", number());
            }
        }
    }

    /** What a client makes of a Service that it has read. */
    ObjectNode change(ObjectNode service) {
        ObjectNode metadata = Json.child(service, "metadata");
        if (oneIn(2)) {
            metadata.remove("resourceVersion");
        }
        if (oneIn(4)) {
            metadata.remove("finalizers");
        }
        ObjectNode spec = Json.child(service, "spec");
        boolean external = spec.path("type").stringValue("").equals("ExternalName");
        switch (random.nextInt(9)) {
            case 0 -> {
                // Somebody who writes it all anew, as `apply` of a file does.
                spec.removeAll();
                spec(spec);
            }
            case 1 -> type(spec, external);
            case 2, 3 -> {
                if (oneIn(2)) {
                    spec.put("ipFamilyPolicy", "SingleStack");
                } else {
                    spec.put("ipFamilyPolicy", any(POLICIES.subList(2, 4)));
                }
                if (external) {
                    spec.remove("ipFamilyPolicy");
                }
            }
            case 4 -> {
                for (var port : spec.path("ports")) {
                    ((ObjectNode) port).put("protocol", any(PROTOCOLS));
                    if (oneIn(3)) {
                        ((ObjectNode) port).remove("nodePort");
                    }
                }
            }
            case 5 -> {
                for (var port : spec.path("ports")) {
                    if (spec.path("type").stringValue("").equals("NodePort")) {
                        ((ObjectNode) port).put("nodePort", number());
                    }
                }
            }
            case 6 -> {
                String type = spec.path("type").stringValue("");
                if (!external) {
                    spec.putArray("ports");
                    ports(spec, type);
                }
            }
            case 7 -> {
                spec.remove(List.of("clusterIP", "clusterIPs"));
                if (oneIn(2)) {
                    spec.remove(List.of("ipFamilies", "ipFamilyPolicy"));
                }
            }
            default -> {
                if (spec.path("type").stringValue("").equals("LoadBalancer")) {
                    spec.put("externalTrafficPolicy", oneIn(2) ? "Local" : "Cluster");
                } else {
                    Json.child(metadata, "labels").put("step", random.nextInt(1000) + "");
                }
            }
        }
        return service;
    }

    private void type(ObjectNode spec, boolean external) {
        String type = any(TYPES.subList(0, 4));
        if (type.equals("ExternalName")) {
            spec.put("externalName", "a.example");
        } else if (external) {
            spec.remove("externalName");
            port(spec, "p0", type);
        }
        spec.put("type", type);
        if (type.equals("LoadBalancer") && oneIn(2)) {
            spec.put("externalTrafficPolicy", "Local");
        }
    }

    ObjectNode node(String name) {
        ObjectNode node = object(name);
        if (!oneIn(3)) {
            podCidrs(Json.child(node, "spec"));
        }
        return node;
    }

    ObjectNode changeNode(ObjectNode node) {
        if (oneIn(2)) {
            Json.child(node, "metadata").remove("resourceVersion");
        }
        if (oneIn(3)) {
            Json.child(Json.child(node, "metadata"), "labels")
                    .put("step", random.nextInt(1000) + "");
        } else {
            podCidrs(Json.child(node, "spec"));
        }
        return node;
    }

    /** Blocks of many lengths in a small space, so that they meet. */
    private void podCidrs(ObjectNode spec) {
        ArrayNode cidrs = spec.putArray("podCIDRs");
        if (!oneIn(4)) {
            cidrs.add(block("10.244.0.0", 32, 20, 12));
        }
        if (cidrs.isEmpty() || !oneIn(4)) {
            cidrs.add(block("fd00:10:244::", 128, 56, 14));
        }
        spec.put("podCIDR", cidrs.get(0).stringValue());
    }

    private String block(String from, int familyBits, int shortest, int lengths) {
        int bits = shortest + 1 + random.nextInt(lengths);
        if (oneIn(100)) {
            bits = shortest - random.nextInt(12);
        }
        Addr base = Addr.parse(from);
        int variable = Math.max(bits - shortest, 0);
        Prefix within = Prefix.of(base, Math.min(bits, shortest));
        return (variable == 0
                        ? within
                        : within.subnet(
                                Math.min(bits, familyBits),
                                random.nextInt(1 << Math.min(variable, 12))))
                .toString();
    }
}
