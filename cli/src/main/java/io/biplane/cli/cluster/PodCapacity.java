package io.biplane.cli.cluster;

import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.HostRange;
import io.biplane.node.NodeConfig;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How many pods a cluster can have on a machine, and what keeps it from having more. Pure.
 *
 * <p>Threads, pids and the neighbour table ({@code gc_thresh3}) are no limits: a pod has no thread
 * of its own, and its neighbours are permanent entries, which do not count.
 */
record PodCapacity(ClusterSpec spec, MachineLimits machine) {
    /** Of the kernel's memory (315 KiB measured) and of the processes' beside it. */
    static final long BYTES_A_POD = 512 << 10;

    /** The agents hold a pod's namespace, a socket in it, and its watch. */
    private static final int FILES_A_POD = 3;

    /** For connections, files and jars, whatever the number of pods. */
    private static final int FILES_BESIDE_PODS = 1024;

    /** Nodes, fabric, outside, and what other programs have. */
    private static final int NAMESPACES_BESIDE_PODS = 64;

    private static final long HEAP_A_POD = 100 << 10;

    /** What a process needs before it knows any pod. */
    private static final int HEAP_BESIDE_PODS_MIB = 24;

    /**
     * Something that bounds the number of pods.
     *
     * @param pods of the whole cluster
     * @param by what sets the limit, and how to have more
     */
    record Limit(long pods, String by) {
        Limit {
            if (pods < 0) {
                throw new IllegalArgumentException(pods + " pods");
            }
        }
    }

    /** The lowest limit; the first of several that are equal. */
    Limit lowest() {
        return limits().stream().min(Comparator.comparingLong(Limit::pods)).orElseThrow();
    }

    /** All of them, those that a person can change by a flag first. */
    List<Limit> limits() {
        List<Limit> limits = new ArrayList<>();
        limits.add(
                new Limit(
                        (long) spec.nodes() * NodeConfig.DEFAULT_MAX_PODS,
                        "a node takes %d (more: --nodes)".formatted(NodeConfig.DEFAULT_MAX_PODS)));
        spec.network().pods().values().forEach(range -> limits.add(blocks(range)));
        limits.add(heap(Component.STAND_INS));
        limits.add(heap(Component.AGENTS));
        limits.add(
                new Limit(
                        above(machine.openFiles(), FILES_BESIDE_PODS) / FILES_A_POD,
                        "a process may have %d open files (more: ulimit -Hn, or LimitNOFILE= of the unit)"
                                .formatted(machine.openFiles())));
        limits.add(
                new Limit(
                        above(machine.networkNamespaces(), NAMESPACES_BESIDE_PODS),
                        "the machine has %d network namespaces (more: sysctl user.max_net_namespaces)"
                                .formatted(machine.networkNamespaces())));
        limits.add(
                new Limit(
                        above(machine.mounts(), NAMESPACES_BESIDE_PODS),
                        "there may be %d mounts (more: sysctl fs.mount-max)"
                                .formatted(machine.mounts())));
        limits.add(
                new Limit(
                        machine.freeBytes() / BYTES_A_POD,
                        "%d MiB of memory are free, and a pod takes half a MiB"
                                .formatted(machine.freeBytes() >> 20)));
        return limits;
    }

    /** Addresses of one family. */
    private Limit blocks(Prefix range) {
        int bits = spec.controllerConfig().nodeMask(range.family());
        BigInteger addresses = new HostRange(range.subnet(bits, 0)).size();
        return new Limit(
                addresses
                        .multiply(BigInteger.valueOf(spec.nodes()))
                        .min(BigInteger.valueOf(Long.MAX_VALUE))
                        .longValueExact(),
                "a node's block of %s, a /%d, has %s addresses for pods (more: --nodes, or a new cluster with %s)"
                        .formatted(
                                range.family().apiName(),
                                bits,
                                addresses,
                                spec.controllerConfig().nodeMaskFlag(range.family())));
    }

    private Limit heap(Component component) {
        int mib = spec.heaps().mib(component, machine.totalBytes(), spec.nodes());
        return new Limit(
                (above(mib, HEAP_BESIDE_PODS_MIB) << 20) / HEAP_A_POD,
                "the %s have a heap of %d MiB (more: --heap=%s=<size>)"
                        .formatted(component.id(), mib, component.id()));
    }

    private static long above(long limit, long beside) {
        return Math.max(0, limit - beside);
    }
}
