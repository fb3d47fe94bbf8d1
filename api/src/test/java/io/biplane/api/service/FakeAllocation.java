package io.biplane.api.service;

import io.biplane.netip.IpFamily;

import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/**
 * Fills in placeholders for addresses and node ports, so that the rules can be tested without an
 * API server.
 */
final class FakeAllocation {
    static final String NEW_IPV4 = "10.96.1.1";
    static final String NEW_IPV6 = "fd00:10:96::1:1";
    static final int NEW_NODE_PORT = 31000;

    private FakeAllocation() {}

    static void fill(ObjectNode service) {
        ServiceSpec spec = ServiceSpec.of(service);
        if (spec.usesClusterIps() && !spec.asksForNoClusterIp()) {
            List<String> addresses = new ArrayList<>(spec.clusterIps());
            for (String family : spec.families().stream().skip(addresses.size()).toList()) {
                addresses.add(family.equals(IpFamily.IPV4.apiName()) ? NEW_IPV4 : NEW_IPV6);
            }
            spec.setClusterIps(addresses);
        }
        if (spec.allocatesNodePorts()) {
            int next = NEW_NODE_PORT;
            for (ObjectNode port : spec.ports()) {
                if (ServiceSpec.nodePort(port) == 0) {
                    port.put("nodePort", next++);
                }
            }
        }
        if (spec.needsHealthCheck() && spec.healthCheckNodePort() == 0) {
            spec.setHealthCheckNodePort(NEW_NODE_PORT + 1000);
        }
    }
}
