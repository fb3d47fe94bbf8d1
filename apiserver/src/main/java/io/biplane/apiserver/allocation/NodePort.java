package io.biplane.apiserver.allocation;

import io.biplane.api.Fields;
import io.biplane.api.service.ServiceSpec;
import io.biplane.netip.TransportProtocol;

import tools.jackson.databind.node.ObjectNode;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** What a Service claims on all nodes: TCP 30080 and UDP 30080 may belong to two Services. */
record NodePort(TransportProtocol protocol, int number) {
    /** Reads what follows {@link ClaimKeys#NODE_PORTS} in a key; empty if it is no such key. */
    static Optional<NodePort> read(String name) {
        int slash = name.indexOf('/');
        try {
            return slash < 0
                    ? Optional.empty()
                    : TransportProtocol.ofApiName(name.substring(0, slash))
                            .map(protocol ->
                                    new NodePort(
                                            protocol, Integer.parseInt(name.substring(slash + 1))));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** All that a Service has, the health check's included. */
    static Set<NodePort> of(ServiceSpec spec) {
        Set<NodePort> ports = new LinkedHashSet<>();
        if (spec.usesNodePorts()) {
            spec.ports().forEach(port -> of(port).ifPresent(ports::add));
        }
        healthCheck(spec).ifPresent(ports::add);
        return ports;
    }

    /** What a port of a Service claims; empty if it has no node port yet. */
    static Optional<NodePort> of(ObjectNode port) {
        int number = ServiceSpec.nodePort(port);
        return number == 0 ? Optional.empty() : Optional.of(new NodePort(protocol(port), number));
    }

    /** Defaults have filled it in; what is no protocol at all is refused by validation. */
    static TransportProtocol protocol(ObjectNode port) {
        return TransportProtocol.ofApiName(Fields.string(port, "protocol"))
                .orElse(TransportProtocol.TCP);
    }

    /** The health check's port; empty if it has none, or none yet. */
    static Optional<NodePort> healthCheck(ServiceSpec spec) {
        return spec.needsHealthCheck() && spec.healthCheckNodePort() != 0
                ? Optional.of(new NodePort(TransportProtocol.TCP, spec.healthCheckNodePort()))
                : Optional.empty();
    }
}
