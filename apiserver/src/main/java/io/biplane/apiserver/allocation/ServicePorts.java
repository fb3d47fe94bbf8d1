package io.biplane.apiserver.allocation;

import io.biplane.api.FieldError;
import io.biplane.api.Json;
import io.biplane.api.Kinds;
import io.biplane.api.StatusException;
import io.biplane.api.service.ServiceSpec;
import io.biplane.netip.allocation.PortAllocator;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.Store;

import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Node ports and health-check node ports of Services; both come out of one range. */
final class ServicePorts implements AutoCloseable {
    private static final String TAKEN = "provided port is already allocated";

    private final PortAllocator allocator;
    private final ClaimLedger ledger;
    private final ClaimIndex index;
    private final FreeValues<Integer> free;

    ServicePorts(Store store, ClaimLedger ledger, PortRange range, RandomGenerator random) {
        this.ledger = ledger;
        this.allocator = new PortAllocator(range, random);
        this.index = new ClaimIndex(store, ClaimKeys.NODE_PORTS, new Follower());
        this.free =
                new FreeValues<>(
                        allocator::choose,
                        ClaimKeys::nodePort,
                        ledger,
                        index::reload,
                        System::nanoTime);
    }

    private final class Follower implements ClaimIndex.Target {
        @Override
        public void taken(String name) {
            allocator.occupy(Integer.parseInt(name));
        }

        @Override
        public void freed(String name) {
            allocator.release(Integer.parseInt(name));
        }

        @Override
        public void reset() {
            allocator.clear();
        }
    }

    /**
     * The claims that a Service with these ports holds; several ports of one Service may share a
     * node port.
     */
    Set<String> keys(ServiceSpec spec) {
        Set<Integer> ports = new LinkedHashSet<>();
        if (spec.usesNodePorts()) {
            spec.ports().forEach(port -> ports.add(ServiceSpec.nodePort(port)));
        }
        if (spec.needsHealthCheck()) {
            ports.add(spec.healthCheckNodePort());
        }
        ports.remove(0);
        Set<String> keys = new LinkedHashSet<>();
        ports.forEach(port -> keys.add(ClaimKeys.nodePort(port)));
        return keys;
    }

    /**
     * Checks the ports asked for and fills in those that are missing.
     *
     * @param held claims that the stored Service holds, which are not asked for anew
     * @throws StatusException 422 a port is taken or out of range, 500 the range is full
     */
    void fill(ObjectNode service, Set<String> held, boolean dryRun) {
        ServiceSpec spec = ServiceSpec.of(service);
        Set<Integer> used = new HashSet<>();
        if (spec.usesNodePorts()) {
            List<ObjectNode> ports = spec.ports();
            for (int i = 0; i < ports.size(); i++) {
                check(service, i, ServiceSpec.nodePort(ports.get(i)), held);
                used.add(ServiceSpec.nodePort(ports.get(i)));
            }
            if (spec.allocatesNodePorts()) {
                fillPorts(ports, used, dryRun);
            }
        }
        if (spec.needsHealthCheck()) {
            fillHealthCheck(spec, used, held, dryRun);
        }
    }

    private void check(ObjectNode service, int position, int port, Set<String> held) {
        if (port == 0 || held.contains(ClaimKeys.nodePort(port))) {
            return;
        }
        boolean inRange = allocator.range().contains(port);
        if (inRange && !ledger.isTaken(ClaimKeys.nodePort(port))) {
            return;
        }
        String why =
                inRange
                        ? TAKEN
                        : "provided port is not in the valid range. The range of valid ports is "
                                + allocator.range();
        throw StatusException.invalid(
                Kinds.SERVICES,
                Json.string(service, "metadata", "name"),
                List.of(
                        FieldError.invalid(
                                "spec.ports[" + position + "].nodePort",
                                IntNode.valueOf(port),
                                why)));
    }

    /** Ports of one number and different protocols share a node port. */
    private void fillPorts(List<ObjectNode> ports, Set<Integer> used, boolean dryRun) {
        Map<Integer, Integer> byNumber = new HashMap<>();
        for (ObjectNode port : ports) {
            if (ServiceSpec.nodePort(port) != 0) {
                byNumber.putIfAbsent(number(port), ServiceSpec.nodePort(port));
            }
        }
        for (ObjectNode port : ports) {
            if (ServiceSpec.nodePort(port) == 0) {
                port.put(
                        "nodePort",
                        byNumber.computeIfAbsent(
                                number(port), _ -> find(used, dryRun, "a nodePort")));
            }
        }
    }

    private static int number(ObjectNode port) {
        return port.path("port").intValue(0);
    }

    private void fillHealthCheck(
            ServiceSpec spec, Set<Integer> used, Set<String> held, boolean dryRun) {
        int port = spec.healthCheckNodePort();
        if (port == 0) {
            spec.setHealthCheckNodePort(find(used, dryRun, "a HealthCheck NodePort"));
        } else if (!held.contains(ClaimKeys.nodePort(port))) {
            boolean inRange = allocator.range().contains(port);
            if (!inRange || used.contains(port) || ledger.isTaken(ClaimKeys.nodePort(port))) {
                String why =
                        inRange
                                ? TAKEN
                                : "provided port is not in the valid range. The range of valid ports is "
                                        + allocator.range();
                throw StatusException.internal(
                        "failed to allocate requested HealthCheck NodePort %d: %s"
                                .formatted(port, why));
            }
        }
    }

    private int find(Set<Integer> used, boolean dryRun, String what) {
        if (dryRun) {
            return allocator.range().first();
        }
        int port =
                free.find(used)
                        .orElseThrow(() ->
                                StatusException.internal(
                                        "failed to allocate %s: range is full".formatted(what)));
        used.add(port);
        return port;
    }

    @Override
    public void close() {
        index.close();
    }
}
