package io.biplane.apiserver.allocation;

import io.biplane.api.FieldError;
import io.biplane.api.Json;
import io.biplane.api.Kinds;
import io.biplane.api.StatusException;
import io.biplane.api.service.ServiceSpec;
import io.biplane.netip.TransportProtocol;
import io.biplane.netip.allocation.PortAllocator;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.Store;

import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Node ports and health-check node ports of Services; both come out of one range. A number is
 * claimed for each protocol by itself, so that one Service may have TCP 30080 and another UDP
 * 30080.
 */
final class ServicePorts implements AutoCloseable {
    private static final Set<TransportProtocol> ALL = EnumSet.allOf(TransportProtocol.class);
    private static final String TAKEN = "provided port is already allocated";

    private final PortAllocator allocator;
    private final ClaimLedger ledger;
    private final ClaimIndex index;

    /** By the protocols for which a number must be free. */
    private final Map<Set<TransportProtocol>, FreeValues<Integer>> free = new ConcurrentHashMap<>();

    ServicePorts(Store store, ClaimLedger ledger, PortRange range, RandomGenerator random) {
        this.ledger = ledger;
        this.allocator = new PortAllocator(range, random);
        this.index = new ClaimIndex(store, ClaimKeys.NODE_PORTS, new Follower());
    }

    private final class Follower implements ClaimIndex.Target {
        @Override
        public void taken(String name) {
            NodePort.read(name).ifPresent(p -> allocator.occupy(p.protocol(), p.number()));
        }

        @Override
        public void freed(String name) {
            NodePort.read(name).ifPresent(p -> allocator.release(p.protocol(), p.number()));
        }

        @Override
        public void reset() {
            allocator.clear();
        }
    }

    private FreeValues<Integer> free(Set<TransportProtocol> protocols) {
        return free.computeIfAbsent(
                protocols,
                _ ->
                        new FreeValues<>(
                                except -> allocator.choose(protocols, except),
                                number -> protocols.stream().anyMatch(p -> isTaken(p, number)),
                                number -> ALL.stream().noneMatch(p -> isTaken(p, number)),
                                index::catchUp,
                                System::nanoTime));
    }

    private boolean isTaken(TransportProtocol protocol, int number) {
        return ledger.isTaken(ClaimKeys.nodePort(new NodePort(protocol, number)));
    }

    /** The claims that a Service with these ports holds. */
    Set<String> keys(ServiceSpec spec) {
        Set<NodePort> ports = new LinkedHashSet<>();
        if (spec.usesNodePorts()) {
            spec.ports().forEach(port -> nodePort(port).ifPresent(ports::add));
        }
        healthCheck(spec).ifPresent(ports::add);
        Set<String> keys = new LinkedHashSet<>();
        ports.forEach(port -> keys.add(ClaimKeys.nodePort(port)));
        return keys;
    }

    /** What a port of a Service claims; empty if it has no node port yet. */
    private static Optional<NodePort> nodePort(ObjectNode port) {
        int number = ServiceSpec.nodePort(port);
        return number == 0 ? Optional.empty() : Optional.of(new NodePort(protocol(port), number));
    }

    /** Defaults have filled it in; what is no protocol at all is refused by validation. */
    private static TransportProtocol protocol(ObjectNode port) {
        return TransportProtocol.ofApiName(Json.string(port, "protocol"))
                .orElse(TransportProtocol.TCP);
    }

    /**
     * Checks the ports asked for and fills in those that are missing.
     *
     * @param held claims that the stored Service holds, which are not asked for anew
     * @throws StatusException 422 a port is taken or out of range, 500 the range is full
     */
    void fill(ObjectNode service, Set<String> held, boolean dryRun) {
        ServiceSpec spec = ServiceSpec.of(service);
        Set<NodePort> used = new HashSet<>();
        List<ObjectNode> ports = spec.ports();
        if (spec.usesNodePorts()) {
            for (int i = 0; i < ports.size(); i++) {
                check(service, i, ports.get(i), held);
                nodePort(ports.get(i)).ifPresent(used::add);
            }
            healthCheck(spec).ifPresent(used::add);
            if (spec.allocatesNodePorts()) {
                fillPorts(service, ports, used, held, dryRun);
            }
        }
        if (spec.needsHealthCheck()) {
            fillHealthCheck(service, ports, used, held, dryRun);
        }
    }

    /** The health check's port; empty if it has none, or none yet. */
    private static Optional<NodePort> healthCheck(ServiceSpec spec) {
        return spec.needsHealthCheck() && spec.healthCheckNodePort() != 0
                ? Optional.of(new NodePort(TransportProtocol.TCP, spec.healthCheckNodePort()))
                : Optional.empty();
    }

    private void check(ObjectNode service, int position, ObjectNode port, Set<String> held) {
        nodePort(port)
                .flatMap(asked -> fault(asked, held))
                .ifPresent(why -> {
                    throw refused(service, position, port, why);
                });
    }

    private static StatusException refused(
            ObjectNode service, int position, ObjectNode port, String why) {
        return StatusException.invalid(
                Kinds.SERVICES,
                Json.string(service, "metadata", "name"),
                List.of(
                        FieldError.invalid(
                                "spec.ports[" + position + "].nodePort",
                                IntNode.valueOf(ServiceSpec.nodePort(port)),
                                why)));
    }

    /** Why a Service that holds these claims cannot have the port. */
    private Optional<String> fault(NodePort port, Set<String> held) {
        String key = ClaimKeys.nodePort(port);
        if (held.contains(key)) {
            return Optional.empty();
        }
        if (!allocator.range().contains(port.number())) {
            return Optional.of(
                    "provided port is not in the valid range. The range of valid ports is "
                            + allocator.range());
        }
        return ledger.isTaken(key) ? Optional.of(TAKEN) : Optional.empty();
    }

    /**
     * Ports of one number and different protocols share a node port: the one that the client gave
     * to one of them, or one that is free for all of them.
     */
    private void fillPorts(
            ObjectNode service,
            List<ObjectNode> ports,
            Set<NodePort> used,
            Set<String> held,
            boolean dryRun) {
        Map<Integer, Integer> given = new HashMap<>();
        Map<Integer, Integer> chosen = new HashMap<>();
        Map<Integer, Set<TransportProtocol>> missing = new HashMap<>();
        for (ObjectNode port : ports) {
            if (ServiceSpec.nodePort(port) != 0) {
                given.putIfAbsent(number(port), ServiceSpec.nodePort(port));
            } else {
                missing.computeIfAbsent(number(port), _ -> EnumSet.noneOf(TransportProtocol.class))
                        .add(protocol(port));
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
                check(service, i, port, held);
                used.add(new NodePort(protocol(port), sibling));
            } else {
                Set<TransportProtocol> protocols = missing.getOrDefault(number(port), Set.of());
                port.put(
                        "nodePort",
                        chosen.computeIfAbsent(
                                number(port), _ -> find(protocols, used, dryRun, "a nodePort")));
            }
        }
    }

    private static int number(ObjectNode port) {
        return port.path("port").intValue(0);
    }

    private void fillHealthCheck(
            ObjectNode service,
            List<ObjectNode> ports,
            Set<NodePort> used,
            Set<String> held,
            boolean dryRun) {
        ServiceSpec spec = ServiceSpec.of(service);
        Optional<NodePort> asked = healthCheck(spec);
        if (asked.isEmpty()) {
            Set<TransportProtocol> tcp = EnumSet.of(TransportProtocol.TCP);
            spec.setHealthCheckNodePort(find(tcp, used, dryRun, "a HealthCheck NodePort"));
            return;
        }
        boolean kept = held.contains(ClaimKeys.nodePort(asked.get()));
        Optional<String> fault = fault(asked.get(), held);
        for (int i = 0; i < ports.size(); i++) {
            if (nodePort(ports.get(i)).equals(asked)) {
                if (kept) {
                    // The health check has it and cannot change: the port is what is wrong.
                    throw refused(service, i, ports.get(i), TAKEN);
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

    /** A number that is free for these protocols, if possible none that the Service has already. */
    private int find(
            Set<TransportProtocol> protocols, Set<NodePort> used, boolean dryRun, String what) {
        Set<Integer> all = new HashSet<>();
        Set<Integer> same = new HashSet<>();
        for (NodePort port : used) {
            all.add(port.number());
            if (protocols.contains(port.protocol())) {
                same.add(port.number());
            }
        }
        int found =
                dryRun
                        ? wouldBe(all)
                        : free(protocols)
                                .find(all)
                                .or(() -> free(protocols).find(same))
                                .orElseThrow(() ->
                                        StatusException.internal(
                                                "failed to allocate %s: range is full"
                                                        .formatted(what)));
        protocols.forEach(protocol -> used.add(new NodePort(protocol, found)));
        return found;
    }

    /** As upstream: a dry run claims nothing, and shows some port of the range. */
    private int wouldBe(Set<Integer> except) {
        PortRange range = allocator.range();
        return IntStream.rangeClosed(range.first(), range.last())
                .filter(port -> !except.contains(port))
                .findFirst()
                .orElse(range.first());
    }

    @Override
    public void close() {
        index.close();
    }
}
