package io.biplane.cli.cluster;

import io.biplane.controllers.config.ControllerManagerConfig;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.HostRange;
import io.biplane.netip.allocation.SubnetAllocator;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether the pods' ranges have a block for every node, and what would have. Pure.
 *
 * @param config how blocks are cut; without faults of its own
 * @param nodes how many are asked for
 */
record NodeRoom(ControllerManagerConfig config, int nodes) {

    /** For a cluster that is to be made: what of its flags can be changed. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        for (Prefix cluster : tooSmall()) {
            faults.add(
                    "--cluster-cidr=%s with node blocks of /%d has room for %s, %d asked (give a larger range%s, or --nodes=%s)"
                            .formatted(
                                    cluster,
                                    config.nodeMask(cluster.family()),
                                    count(room(cluster)),
                                    nodes,
                                    smallerBlocks(cluster),
                                    room(cluster)));
        }
        return faults;
    }

    /** For a cluster that exists: its ranges and blocks cannot be changed. */
    List<String> faultsOf(ClusterSpec existing) {
        List<String> faults = new ArrayList<>();
        for (Prefix cluster : tooSmall()) {
            boolean growsTooMuch =
                    room(cluster).compareTo(BigInteger.valueOf(existing.nodes())) >= 0;
            faults.add(
                    "--nodes=%d: --cluster-cidr=%s of cluster %s, with node blocks of /%d, has room for %s (%sbiplane down --delete, then up with a larger range%s)"
                            .formatted(
                                    nodes,
                                    cluster,
                                    existing.name(),
                                    config.nodeMask(cluster.family()),
                                    count(room(cluster)),
                                    growsTooMuch
                                            ? "give --nodes=%s; for more, ".formatted(room(cluster))
                                            : "",
                                    smallerBlocks(cluster).replace(", ", " or ")));
        }
        return faults;
    }

    private List<Prefix> tooSmall() {
        return config.clusterCidrs().stream()
                .filter(cluster -> room(cluster).compareTo(BigInteger.valueOf(nodes)) < 0)
                .toList();
    }

    private BigInteger room(Prefix cluster) {
        SubnetAllocator blocks = config.nodeBlocks(cluster);
        return blocks.capacity().subtract(blocks.used());
    }

    /** The remedy of the largest blocks of which there are enough, if they hold a pod. */
    private String smallerBlocks(Prefix cluster) {
        int bits = cluster.bits() + Integer.SIZE - Integer.numberOfLeadingZeros(nodes - 1);
        return bits <= HostRange.longestPrefix(cluster.family())
                ? ", smaller blocks by %s=%d".formatted(config.nodeMaskFlag(cluster.family()), bits)
                : "";
    }

    private static String count(BigInteger room) {
        return room.equals(BigInteger.ONE) ? "1 node" : room + " nodes";
    }
}
