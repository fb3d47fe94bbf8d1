package io.biplane.apiserver.allocation;

import static java.lang.System.Logger.Level.WARNING;

import io.biplane.api.kind.Kinds;
import io.biplane.api.service.ServiceSpec;
import io.biplane.netip.TransportProtocol;
import io.biplane.netip.allocation.PortAllocator;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.KeyValue;
import io.biplane.store.Store;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
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
    private static final System.Logger LOG = System.getLogger(ServicePorts.class.getName());
    private static final Set<TransportProtocol> ALL = EnumSet.allOf(TransportProtocol.class);

    private final NodePortRange range;
    private final RandomGenerator random;
    private final PortAllocator allocator;
    private final ClaimLedger ledger;
    private final NodePortClaims claims;
    private final ClaimIndex index;

    /** By the protocols for which a number must be free. */
    private final Map<Set<TransportProtocol>, FreeValues<Integer>> free = new ConcurrentHashMap<>();

    ServicePorts(Store store, ClaimLedger ledger, NodePortRange range, RandomGenerator random) {
        this.range = range;
        this.random = random;
        this.ledger = ledger;
        this.claims = new NodePortClaims(store, ledger);
        this.allocator = new PortAllocator(range.range(), random);
        warnOfReserved(store);
        this.index = new ClaimIndex(store, ClaimKeys.NODE_PORTS, new Follower());
    }

    private final class Follower implements ClaimIndex.Target {
        @Override
        public void taken(KeyValue claim) {
            NodePortClaims.ports(claim).forEach(p -> allocator.occupy(p.protocol(), p.number()));
        }

        @Override
        public void freed(KeyValue claim) {
            NodePortClaims.ports(claim).forEach(p -> allocator.release(p.protocol(), p.number()));
        }

        @Override
        public void changed(KeyValue before, KeyValue now) {
            NodePorts kept = NodePortClaims.ports(now);
            NodePortClaims.ports(before)
                    .forEach(p -> {
                        if (!kept.contains(p)) {
                            allocator.release(p.protocol(), p.number());
                        }
                    });
            taken(now);
        }

        @Override
        public void reset() {
            allocator.clear();
        }
    }

    /** Such a port goes on as it is: it was given out before it was somebody else's. */
    private void warnOfReserved(Store store) {
        if (range.reserved().isEmpty()) {
            return;
        }
        String end = Store.prefixEnd(ClaimKeys.NODE_PORTS);
        for (KeyValue claim : store.range(ClaimKeys.NODE_PORTS, end, 0, 0).entries()) {
            NodePortClaims.ports(claim).forEach(port -> warnIfReserved(port, claim));
        }
    }

    private void warnIfReserved(NodePort port, KeyValue claim) {
        String whose = range.reserved().get(port.number());
        if (whose != null) {
            Owner owner = Owner.read(claim);
            LOG.log(
                    WARNING,
                    () ->
                            "Service %s/%s has a node port that is %s nodePort=%d protocol=%s (give the Service another nodePort)"
                                    .formatted(
                                            owner.namespace(),
                                            owner.name(),
                                            whose,
                                            port.number(),
                                            port.protocol()));
        }
    }

    /**
     * Checks the ports asked for, fills in those that are missing, and says what the write must
     * claim and let go.
     *
     * @param old what is stored, null on create
     * @param dryRun whether nothing will be written; then there are no claims, and ports only show
     *     what would be
     * @throws io.biplane.api.StatusException 422 a port is taken or out of range, 500 the range is
     *     full
     */
    Claims plan(ObjectNode service, @Nullable ObjectNode old, boolean dryRun) {
        Owner owner = Owner.of(Kinds.SERVICES, service);
        ServiceSpec spec = ServiceSpec.of(service);
        Set<NodePort> held = old == null ? Set.of() : NodePort.of(ServiceSpec.of(old));
        if (!spec.usesNodePorts()) {
            return dryRun ? Claims.NONE : claims.release(held, owner);
        }
        boolean many = spec.ports().size() >= NodePortClaims.MOST_KEYS;
        NodePortClaims.Taken taken = claims.taken(many, held, owner);
        PortPlan plan = new PortPlan(service, range, held, taken);
        Set<NodePort> used = plan.check();
        plan.fill(dryRun ? (_, has) -> wouldBe(has) : many ? runs(taken, used) : oneByOne(taken));
        return dryRun
                ? Claims.NONE
                : claims.change(held, NodePort.of(ServiceSpec.of(service)), owner, taken);
    }

    /** What the removal of the Service must let go. */
    Claims release(ObjectNode service) {
        return claims.release(
                NodePort.of(ServiceSpec.of(service)), Owner.of(Kinds.SERVICES, service));
    }

    private PortPlan.Numbers runs(NodePortClaims.Taken taken, Set<NodePort> used) {
        PortRuns runs = new PortRuns(range, taken.known(), used, random);
        return (protocols, _) -> runs.next(protocols);
    }

    private PortPlan.Numbers oneByOne(NodePortClaims.Taken taken) {
        return (protocols, used) -> {
            Set<Integer> all = new HashSet<>(range.reservedNumbers());
            Set<Integer> same = new HashSet<>(range.reservedNumbers());
            for (NodePort port : used) {
                all.add(port.number());
                if (protocols.contains(port.protocol())) {
                    same.add(port.number());
                }
            }
            return find(protocols, all, taken)
                    .or(() -> find(protocols, same, taken))
                    .map(OptionalInt::of)
                    .orElseGet(OptionalInt::empty);
        };
    }

    /** The index may not know yet of a list of ports that the plan has read. */
    private Optional<Integer> find(
            Set<TransportProtocol> protocols, Set<Integer> except, NodePortClaims.Taken taken) {
        while (true) {
            Optional<Integer> found = free(protocols).find(except);
            if (found.isEmpty()
                    || protocols.stream()
                            .noneMatch(p -> taken.known().contains(new NodePort(p, found.get())))) {
                return found;
            }
            except.add(found.get());
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

    /** As upstream: a dry run claims nothing, and shows some port of the range. */
    private OptionalInt wouldBe(Set<NodePort> used) {
        Set<Integer> except = new HashSet<>(range.reservedNumbers());
        used.forEach(port -> except.add(port.number()));
        PortRange ports = range.range();
        return OptionalInt.of(
                IntStream.rangeClosed(ports.first(), ports.last())
                        .filter(port -> !except.contains(port))
                        .findFirst()
                        .orElse(ports.first()));
    }

    @Override
    public void close() {
        index.close();
    }
}
