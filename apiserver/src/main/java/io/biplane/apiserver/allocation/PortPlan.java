package io.biplane.apiserver.allocation;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.service.ServiceSpec;
import io.biplane.netip.TransportProtocol;

import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Checks the node ports that a Service asks for and fills in those that are missing. Used once. */
final class PortPlan {
    private static final String TAKEN = "provided port is already allocated";

    private final ObjectNode service;
    private final ServiceSpec spec;
    private final List<ObjectNode> ports;
    private final NodePortRange range;
    private final Set<NodePort> held;
    private final NodePortClaims.Taken taken;

    /** What the Service has so far. */
    private final Set<NodePort> used = new HashSet<>();

    /** Finds numbers that are free. */
    interface Numbers {
        /**
         * A number that is free for these protocols, if possible none that the Service has already;
         * empty if the range is full.
         */
        OptionalInt next(Set<TransportProtocol> protocols, Set<NodePort> used);
    }

    /**
     * @param held what the stored Service holds, which is not asked for anew
     * @param taken what others hold
     */
    PortPlan(
            ObjectNode service,
            NodePortRange range,
            Set<NodePort> held,
            NodePortClaims.Taken taken) {
        this.service = service;
        this.spec = ServiceSpec.of(service);
        this.ports = spec.ports();
        this.range = range;
        this.held = held;
        this.taken = taken;
    }

    /**
     * Checks the ports asked for; to be called before {@link #fill}.
     *
     * @return what the Service has
     * @throws StatusException 422 a port is taken or out of range
     */
    Set<NodePort> check() {
        for (int i = 0; i < ports.size(); i++) {
            check(i);
            NodePort.of(ports.get(i)).ifPresent(used::add);
        }
        NodePort.healthCheck(spec).ifPresent(used::add);
        return used;
    }

    /**
     * Fills in the ports that are missing, and the health check's.
     *
     * @throws StatusException 422 a port that goes with another one is taken, 500 the range is full
     *     or the health check's port is taken
     */
    void fill(Numbers numbers) {
        if (spec.allocatesNodePorts()) {
            fillPorts(numbers);
        }
        if (spec.needsHealthCheck()) {
            fillHealthCheck(numbers);
        }
    }

    private void check(int position) {
        NodePort.of(ports.get(position))
                .flatMap(this::fault)
                .ifPresent(why -> {
                    throw refused(position, why);
                });
    }

    private StatusException refused(int position, String why) {
        return StatusException.invalid(
                Kinds.SERVICES,
                Fields.string(service, "metadata", "name"),
                List.of(
                        FieldError.invalid(
                                "spec.ports[" + position + "].nodePort",
                                IntNode.valueOf(ServiceSpec.nodePort(ports.get(position))),
                                why)));
    }

    /** Why the Service cannot have the port. */
    private Optional<String> fault(NodePort port) {
        if (held.contains(port)) {
            return Optional.empty();
        }
        Optional<String> fault = range.fault(port.number());
        return fault.isPresent()
                ? fault
                : taken.contains(port) ? Optional.of(TAKEN) : Optional.empty();
    }

    /**
     * Ports of one number and different protocols share a node port: the one that the client gave
     * to one of them, or one that is free for all of them.
     */
    private void fillPorts(Numbers numbers) {
        Map<Integer, Integer> given = new HashMap<>();
        Map<Integer, Integer> chosen = new HashMap<>();
        Map<Integer, Set<TransportProtocol>> missing = new HashMap<>();
        for (ObjectNode port : ports) {
            if (ServiceSpec.nodePort(port) != 0) {
                given.putIfAbsent(number(port), ServiceSpec.nodePort(port));
            } else {
                missing.computeIfAbsent(number(port), _ -> EnumSet.noneOf(TransportProtocol.class))
                        .add(NodePort.protocol(port));
            }
        }
        for (int i = 0; i < ports.size(); i++) {
            ObjectNode port = ports.get(i);
            if (ServiceSpec.nodePort(port) != 0) {
                continue;
            }
            Integer sibling = given.get(number(port));
            if (sibling != null) {
                port.put("nodePort", sibling);
                check(i);
                used.add(new NodePort(NodePort.protocol(port), sibling));
            } else {
                Set<TransportProtocol> protocols = missing.getOrDefault(number(port), Set.of());
                port.put(
                        "nodePort",
                        chosen.computeIfAbsent(
                                number(port), _ -> next(numbers, protocols, "a nodePort")));
            }
        }
    }

    private static int number(ObjectNode port) {
        return port.path("port").intValue(0);
    }

    private void fillHealthCheck(Numbers numbers) {
        Optional<NodePort> asked = NodePort.healthCheck(spec);
        if (asked.isEmpty()) {
            Set<TransportProtocol> tcp = EnumSet.of(TransportProtocol.TCP);
            spec.setHealthCheckNodePort(next(numbers, tcp, "a HealthCheck NodePort"));
            return;
        }
        boolean kept = held.contains(asked.get());
        Optional<String> fault = fault(asked.get());
        for (int i = 0; i < ports.size(); i++) {
            if (NodePort.of(ports.get(i)).equals(asked)) {
                if (kept) {
                    // The health check has it and cannot change: the port is what is wrong.
                    throw refused(i, TAKEN);
                }
                fault = Optional.of(TAKEN);
            }
        }
        fault.ifPresent(why -> {
            throw StatusException.internal(
                    "failed to allocate requested HealthCheck NodePort %d: %s"
                            .formatted(spec.healthCheckNodePort(), why));
        });
    }

    private int next(Numbers numbers, Set<TransportProtocol> protocols, String what) {
        int found =
                numbers.next(protocols, used)
                        .orElseThrow(() ->
                                StatusException.internal(
                                        "failed to allocate %s: range is full".formatted(what)));
        protocols.forEach(protocol -> used.add(new NodePort(protocol, found)));
        return found;
    }
}
