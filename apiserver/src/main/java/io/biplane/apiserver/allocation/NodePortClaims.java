package io.biplane.apiserver.allocation;

import io.biplane.api.Json;
import io.biplane.store.Condition;
import io.biplane.store.KeyValue;
import io.biplane.store.Op;
import io.biplane.store.Range;
import io.biplane.store.Store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Claims on node ports. A Service with few has a key for each, under the condition that it is
 * absent: those who claim at the same time do not disturb each other. A Service with many has one
 * key that lists them all, under the condition that no key of its ports was put since they were
 * read. And nobody claims a port without the condition that no list was put since those were read.
 * So a transaction has a few operations, however many ports a Service has. May be called from any
 * thread.
 */
final class NodePortClaims {
    /** A Service with more ports than this has one key for all. */
    static final int MOST_KEYS = 16;

    /** So many conditions say of all ports of a list that they are still free. */
    private static final int MOST_RANGES = 48;

    private final Store store;
    private final ClaimLedger ledger;

    /** What was read of the lists before, so that it is parsed once. */
    private final Map<String, Listed> parsed = new ConcurrentHashMap<>();

    /** A list as of a revision. */
    private record Listed(long revision, NodePorts ports) {}

    NodePortClaims(Store store, ClaimLedger ledger) {
        this.store = store;
        this.ledger = ledger;
    }

    /**
     * The node ports that others hold.
     *
     * @param revision as of which {@code known} is
     * @param known those on lists; all of them if they were asked for
     * @param more looks for a key of the port where not all are known
     */
    record Taken(long revision, NodePorts known, Predicate<NodePort> more) {
        boolean contains(NodePort port) {
            return known.contains(port) || more.test(port);
        }
    }

    /**
     * What others hold now.
     *
     * @param all whether to read all claims at once, since many ports are going to be asked for
     * @param held what the Service itself holds
     */
    Taken taken(boolean all, Set<NodePort> held, Owner owner) {
        String prefix = all ? ClaimKeys.NODE_PORTS : ClaimKeys.NODE_PORT_LISTS;
        Range range = store.range(prefix, Store.prefixEnd(prefix), 0, 0);
        String mine = ClaimKeys.nodePortList(owner.uid());
        List<NodePorts> lists = new ArrayList<>();
        Set<String> listed = new HashSet<>();
        Set<NodePort> single = new HashSet<>();
        for (KeyValue entry : range.entries()) {
            if (entry.key().startsWith(ClaimKeys.NODE_PORT_LISTS)) {
                listed.add(entry.key());
                if (!entry.key().equals(mine)) {
                    lists.add(list(entry));
                }
            } else {
                NodePort.read(entry.key().substring(ClaimKeys.NODE_PORTS.length()))
                        .filter(port -> !(held.contains(port) && owner.holds(entry)))
                        .ifPresent(single::add);
            }
        }
        parsed.keySet().retainAll(listed);
        lists.add(NodePorts.of(single));
        return new Taken(
                range.revision(),
                NodePorts.union(lists),
                all ? _ -> false : port -> ledger.isTaken(ClaimKeys.nodePort(port)));
    }

    private NodePorts list(KeyValue entry) {
        Listed known = parsed.get(entry.key());
        if (known == null || known.revision != entry.modRevision()) {
            known = new Listed(entry.modRevision(), ports(entry));
            parsed.put(entry.key(), known);
        }
        return known.ports;
    }

    /** The ports of a claim under {@link ClaimKeys#NODE_PORTS}. */
    static NodePorts ports(KeyValue claim) {
        return claim.key().startsWith(ClaimKeys.NODE_PORT_LISTS)
                ? NodePorts.read(Json.parseObject(claim.value()).path("nodePorts"))
                : NodePorts.of(
                        NodePort.read(claim.key().substring(ClaimKeys.NODE_PORTS.length())).stream()
                                .toList());
    }

    private static boolean isListed(Set<NodePort> ports) {
        return ports.size() > MOST_KEYS;
    }

    private static Set<String> keys(Set<NodePort> ports, Owner owner) {
        Set<String> keys = new LinkedHashSet<>();
        if (isListed(ports)) {
            keys.add(ClaimKeys.nodePortList(owner.uid()));
        } else {
            ports.forEach(port -> keys.add(ClaimKeys.nodePort(port)));
        }
        return keys;
    }

    /** What the removal of the Service must let go. */
    Claims release(Set<NodePort> held, Owner owner) {
        return ledger.change(keys(held, owner), Set.of(), owner);
    }

    /**
     * What a write must add to its transaction.
     *
     * @param held the ports of the stored Service
     * @param wanted the ports that it will have; those that it does not hold yet are not taken
     * @param taken what others held when this was found
     */
    Claims change(Set<NodePort> held, Set<NodePort> wanted, Owner owner, Taken taken) {
        if (isListed(wanted)) {
            return list(held, wanted, owner, taken);
        }
        // An object restored by hand may name what others hold: that is not claimed again.
        Set<String> before = keys(held, owner);
        Set<NodePort> ports = new LinkedHashSet<>(wanted);
        ports.removeIf(port ->
                held.contains(port)
                        && !before.contains(ClaimKeys.nodePort(port))
                        && taken.contains(port));
        Claims change = ledger.change(before, keys(ports, owner), owner);
        return change.ops().stream().anyMatch(Op.Put.class::isInstance)
                ? change.provided(List.of(noNewList(taken)))
                : change;
    }

    private Claims list(Set<NodePort> held, Set<NodePort> wanted, Owner owner, Taken taken) {
        Set<NodePort> ports = new LinkedHashSet<>(wanted);
        ports.removeIf(taken::contains); // as above
        String key = ClaimKeys.nodePortList(owner.uid());
        Optional<KeyValue> stored = store.get(key);
        NodePorts before = stored.map(NodePortClaims::ports).orElse(NodePorts.NONE);
        NodePorts after = NodePorts.of(ports);
        List<Condition> conditions = new ArrayList<>();
        List<Op> ops = new ArrayList<>();
        if (!after.equals(before)) {
            conditions.add(
                    stored.<Condition>map(
                                    entry -> new Condition.ModRevisionIs(key, entry.modRevision()))
                            .orElseGet(() -> new Condition.Absent(key)));
            ops.add(new Op.Put(key, Json.bytes(owner.json().set("nodePorts", after.json()))));
            ports.removeIf(before::contains);
            if (!ports.isEmpty()) {
                conditions.add(noNewList(taken));
            }
            NodePorts.of(ports).cover(MOST_RANGES).stream()
                    .map(run -> stillFree(run, taken))
                    .forEach(conditions::add);
        }
        return isListed(held)
                ? new Claims(conditions, ops)
                : release(held, owner).with(new Claims(conditions, ops));
    }

    /** No key of these numbers was put since it was seen that others hold none of the ports. */
    private static Condition stillFree(NodePorts.Run run, Taken taken) {
        return new Condition.NoneNewerIn(
                ClaimKeys.nodePort(new NodePort(run.protocol(), run.first())),
                Store.prefixEnd(ClaimKeys.nodePort(new NodePort(run.protocol(), run.last()))),
                taken.revision());
    }

    private static Condition noNewList(Taken taken) {
        return new Condition.NoneNewerIn(
                ClaimKeys.NODE_PORT_LISTS,
                Store.prefixEnd(ClaimKeys.NODE_PORT_LISTS),
                taken.revision());
    }
}
