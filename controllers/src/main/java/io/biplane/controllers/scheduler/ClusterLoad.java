package io.biplane.controllers.scheduler;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;

import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The nodes and what is placed on them, pods whose binding is still on its way included.
 * Thread-safe.
 */
final class ClusterLoad {
    /** Nodes that say nothing about it take this many pods, as kubelets do. */
    private static final long DEFAULT_MAX_PODS = 110;

    private record Placed(String node, PodDemand demand) {}

    private static final class Load {
        final String name;
        @Nullable NodeView node;
        int pods;
        BigInteger cpuMilli = BigInteger.ZERO; // pods may ask for more than a long holds
        BigInteger memoryBytes = BigInteger.ZERO;
        final Set<String> hostPorts = new HashSet<>();

        Load(String name) {
            this.name = name;
        }
    }

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<String, Load> loads = new TreeMap<>();

    @GuardedBy("lock")
    private final Map<String, Placed> placed = new HashMap<>();

    /** A node came, changed or (null) went. */
    void node(String name, @Nullable NodeView node) {
        synchronized (lock) {
            load(name).node = node;
            dropIfEmpty(name);
        }
    }

    /** A pod runs on the node it names; pods that have ended, or have none yet, take nothing. */
    void pod(PodView pod) {
        if (pod.nodeName().isEmpty()) {
            return;
        }
        synchronized (lock) {
            remove(pod.uid());
            if (!pod.terminal()) {
                add(pod.uid(), pod.nodeName(), PodDemand.of(pod));
            }
        }
    }

    /** A pod takes nothing any more, or its binding has failed. */
    void gone(String uid) {
        synchronized (lock) {
            remove(uid);
        }
    }

    /**
     * Chooses the node with the fewest pods of those that will have the pod, and counts it there.
     *
     * @return the node, or nothing and the reasons in {@code why}
     */
    Optional<String> place(PodView pod, StringBuilder why) {
        PodDemand demand = PodDemand.of(pod);
        synchronized (lock) {
            Map<String, Integer> refusals = new TreeMap<>();
            Optional<Load> best =
                    loads.values().stream()
                            .filter(load -> fits(pod, demand, load, refusals))
                            .min(Comparator.comparingInt(load -> load.pods));
            best.ifPresent(load -> add(pod.uid(), load.name, demand));
            if (best.isEmpty()) {
                why.append(summary(refusals));
            }
            return best.map(load -> load.name);
        }
    }

    private static String summary(Map<String, Integer> refusals) {
        int nodes = refusals.values().stream().mapToInt(Integer::intValue).sum();
        if (nodes == 0) {
            return "no nodes available to schedule pods";
        }
        return refusals.entrySet().stream()
                .map(e -> e.getValue() + " " + e.getKey())
                .collect(Collectors.joining(", ", "0/" + nodes + " nodes are available: ", "."));
    }

    private static boolean fits(
            PodView pod, PodDemand demand, Load load, Map<String, Integer> refusals) {
        NodeView node = load.node;
        if (node == null) {
            return false;
        }
        Optional<String> refusal = Fit.refusal(pod, node).or(() -> shortage(demand, node, load));
        refusal.ifPresent(reason -> refusals.merge(reason, 1, Integer::sum));
        return refusal.isEmpty();
    }

    private static Optional<String> shortage(PodDemand demand, NodeView node, Load load) {
        Map<String, String> has = node.allocatable();
        String pods = has.getOrDefault("pods", "");
        if (load.pods >= (pods.isEmpty() ? DEFAULT_MAX_PODS : Quantity.units(pods, 0))) {
            return Optional.of("Too many pods");
        }
        if (exceeds(demand.cpuMilli(), load.cpuMilli, Quantity.milli(text(has, "cpu"), 0))) {
            return Optional.of("Insufficient cpu");
        }
        if (exceeds(
                demand.memoryBytes(), load.memoryBytes, Quantity.units(text(has, "memory"), 0))) {
            return Optional.of("Insufficient memory");
        }
        if (demand.hostPorts().stream().anyMatch(load.hostPorts::contains)) {
            return Optional.of("node(s) didn't have free ports for the requested pod ports");
        }
        return Optional.empty();
    }

    private static String text(Map<String, String> quantities, String resource) {
        return quantities.getOrDefault(resource, "");
    }

    private static boolean exceeds(long demand, BigInteger taken, long allocatable) {
        return demand > 0
                && taken.add(BigInteger.valueOf(demand)).compareTo(BigInteger.valueOf(allocatable))
                        > 0;
    }

    @GuardedBy("lock")
    private void add(String uid, String node, PodDemand demand) {
        placed.put(uid, new Placed(node, demand));
        Load load = load(node);
        load.pods++;
        load.cpuMilli = load.cpuMilli.add(BigInteger.valueOf(demand.cpuMilli()));
        load.memoryBytes = load.memoryBytes.add(BigInteger.valueOf(demand.memoryBytes()));
        load.hostPorts.addAll(demand.hostPorts());
    }

    @GuardedBy("lock")
    private void remove(String uid) {
        Placed before = placed.remove(uid);
        if (before == null) {
            return;
        }
        Load load = load(before.node());
        load.pods--;
        load.cpuMilli = load.cpuMilli.subtract(BigInteger.valueOf(before.demand().cpuMilli()));
        load.memoryBytes =
                load.memoryBytes.subtract(BigInteger.valueOf(before.demand().memoryBytes()));
        load.hostPorts.removeAll(before.demand().hostPorts());
        dropIfEmpty(before.node());
    }

    @GuardedBy("lock")
    private Load load(String node) {
        return loads.computeIfAbsent(node, Load::new);
    }

    @GuardedBy("lock")
    private void dropIfEmpty(String node) {
        Load load = loads.get(node);
        if (load != null && load.node == null && load.pods == 0) {
            loads.remove(node);
        }
    }
}
