package io.biplane.controllers.config;

import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.SubnetAllocator;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The flags of {@code kube-controller-manager}, by upstream's names; texts as they were written, 0
 * for a mask size that was not given.
 *
 * @param allocateNodeCidrs whether nodes get blocks of {@code clusterCidr}
 * @param clusterCidr {@code --cluster-cidr}: one block or two of different families, by commas; the
 *     first is the primary one
 * @param serviceClusterIpRange {@code --service-cluster-ip-range}: kept out of the nodes' blocks
 * @param nodeCidrMaskSize {@code --node-cidr-mask-size}, of a cluster with one family
 * @param dualStackGate feature gate {@code IPv6DualStack}
 * @param maxEndpointsPerSlice {@code --max-endpoints-per-slice}
 */
public record ControllerManagerConfig(
        boolean allocateNodeCidrs,
        String clusterCidr,
        String serviceClusterIpRange,
        int nodeCidrMaskSize,
        int nodeCidrMaskSizeIpv4,
        int nodeCidrMaskSizeIpv6,
        boolean dualStackGate,
        int maxEndpointsPerSlice) {
    /** Upstream's default of {@code --max-endpoints-per-slice}. */
    public static final int DEFAULT_ENDPOINTS_PER_SLICE = 100;

    /** The defaults for a cluster with these blocks and service ranges. */
    public static ControllerManagerConfig of(String clusterCidr, String serviceClusterIpRange) {
        return new ControllerManagerConfig(
                !clusterCidr.isEmpty(),
                clusterCidr,
                serviceClusterIpRange,
                0,
                0,
                0,
                true,
                DEFAULT_ENDPOINTS_PER_SLICE);
    }

    /** All that is wrong with the flags; empty when they will do. */
    public List<String> validate() {
        return new ConfigFaults(this).find();
    }

    /**
     * The cluster's blocks, the primary first.
     *
     * @throws IllegalArgumentException where {@link #validate} would have found a fault
     */
    public List<Prefix> clusterCidrs() {
        return split(clusterCidr).stream().map(Prefix::parseMasked).toList();
    }

    /**
     * The service ranges.
     *
     * @throws IllegalArgumentException where {@link #validate} would have found a fault
     */
    public List<Prefix> serviceRanges() {
        return split(serviceClusterIpRange).stream().map(Prefix::parseMasked).toList();
    }

    /** The prefix length of a node's block. */
    public int nodeMask(IpFamily family) {
        int own = family == IpFamily.IPV4 ? nodeCidrMaskSizeIpv4 : nodeCidrMaskSizeIpv6;
        if (own != 0) {
            return own;
        }
        return nodeCidrMaskSize != 0 ? nodeCidrMaskSize : family == IpFamily.IPV4 ? 24 : 64;
    }

    /** The flag that says {@link #nodeMask}, or would say it. */
    public String nodeMaskFlag(IpFamily family) {
        int own = family == IpFamily.IPV4 ? nodeCidrMaskSizeIpv4 : nodeCidrMaskSizeIpv6;
        return own == 0 && nodeCidrMaskSize != 0
                ? "--node-cidr-mask-size"
                : "--node-cidr-mask-size-" + family.apiName().toLowerCase(Locale.ROOT);
    }

    /**
     * The node blocks of one of the cluster's blocks, without those that a service range touches.
     *
     * @throws IllegalArgumentException where {@link #validate} would have found a fault
     */
    public SubnetAllocator nodeBlocks(Prefix cluster) {
        SubnetAllocator allocator = new SubnetAllocator(cluster, nodeMask(cluster.family()));
        serviceRanges().forEach(allocator::reserve);
        return allocator;
    }

    static List<String> split(String list) {
        // Blanks after a comma are not trimmed: upstream refuses them, and so do the parsers.
        return list.isEmpty() ? List.of() : new ArrayList<>(List.of(list.split(",", -1)));
    }
}
