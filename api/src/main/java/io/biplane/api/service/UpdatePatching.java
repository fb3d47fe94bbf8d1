package io.biplane.api.service;

import tools.jackson.databind.node.ObjectNode;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the server keeps for clients that do not know it: values that it allocated come back when an
 * update leaves them out, and fields that a change of type makes senseless go when the client did
 * not touch them.
 */
final class UpdatePatching {
    private UpdatePatching() {}

    /** Gives back addresses and ports that the update leaves out. */
    static void patchAllocated(ServiceSpec spec, ServiceSpec old) {
        if (spec.usesClusterIps() && old.usesClusterIps()) {
            if (spec.clusterIp().isEmpty()) {
                spec.setClusterIp(old.clusterIp());
            }
            if (spec.clusterIps().isEmpty()) {
                spec.setClusterIpList(old.clusterIps());
            }
        }
        if (spec.usesNodePorts() && old.usesNodePorts()) {
            patchNodePorts(spec, old);
        }
        if (spec.needsHealthCheck() && old.needsHealthCheck() && spec.healthCheckNodePort() == 0) {
            spec.setHealthCheckNodePort(old.healthCheckNodePort());
        }
    }

    /**
     * A port keeps its node port by its name, unless another port of the update has that number.
     */
    private static void patchNodePorts(ServiceSpec spec, ServiceSpec old) {
        Set<Integer> used = nodePorts(spec);
        used.retainAll(nodePorts(old));
        Map<String, Integer> byName = new HashMap<>();
        old.ports().forEach(port -> byName.put(name(port), ServiceSpec.nodePort(port)));
        for (ObjectNode port : spec.ports()) {
            int stored = byName.getOrDefault(name(port), 0);
            if (ServiceSpec.nodePort(port) == 0 && stored != 0 && used.add(stored)) {
                port.put("nodePort", stored);
            }
        }
    }

    private static String name(ObjectNode port) {
        return port.path("name").stringValue("");
    }

    private static Set<Integer> nodePorts(ServiceSpec spec) {
        Set<Integer> ports = new HashSet<>();
        spec.ports().forEach(port -> ports.add(ServiceSpec.nodePort(port)));
        ports.remove(0);
        return ports;
    }

    /** Brings {@code clusterIPs} of a new Service in line with {@code clusterIP}. */
    static void normaliseNew(ServiceSpec spec) {
        if (!spec.clusterIp().isEmpty() && spec.clusterIps().isEmpty()) {
            spec.setClusterIpList(List.of(spec.clusterIp()));
        }
    }

    /**
     * Brings {@code clusterIPs} in line with {@code clusterIP} where a client changed only the one
     * that it knows.
     */
    static void normaliseChanged(ServiceSpec spec, ServiceSpec old) {
        if (spec.clusterIp().equals(old.clusterIp())) {
            if (spec.clusterIps().isEmpty()) {
                spec.setClusterIpList(old.clusterIps());
            }
        } else if (spec.clusterIps().equals(old.clusterIps())) {
            spec.setClusterIpList(
                    spec.clusterIp().isEmpty() ? List.of() : List.of(spec.clusterIp()));
        }
    }

    /**
     * Drops what the new type has no use for, if the client left it as it was; what it changed is
     * refused by validation.
     */
    static void dropSenseless(ServiceSpec spec, ServiceSpec old) {
        if (old.usesClusterIps() && !spec.usesClusterIps()) {
            if (spec.clusterIps().equals(old.clusterIps())) {
                spec.setClusterIps(List.of());
            }
            dropIfSame("ipFamilies", spec, old);
            dropIfSame("ipFamilyPolicy", spec, old);
        }
        if (old.usesNodePorts()
                && !spec.usesNodePorts()
                && nodePorts(old).containsAll(nodePorts(spec))) {
            spec.ports().forEach(port -> port.remove("nodePort"));
        }
        if (old.needsHealthCheck() && !spec.needsHealthCheck()) {
            dropIfSame("healthCheckNodePort", spec, old);
        }
        if (old.isLoadBalancer() && !spec.isLoadBalancer()) {
            dropIfSame("allocateLoadBalancerNodePorts", spec, old);
            dropIfSame("loadBalancerClass", spec, old);
        }
        if (old.isExternallyAccessible() && !spec.isExternallyAccessible()) {
            dropIfSame("externalTrafficPolicy", spec, old);
        }
        if (spec.isExternalName()) {
            dropIfSame("internalTrafficPolicy", spec, old);
        }
    }

    private static void dropIfSame(String field, ServiceSpec spec, ServiceSpec old) {
        if (spec.same(field, old)) {
            spec.remove(field);
        }
    }
}
