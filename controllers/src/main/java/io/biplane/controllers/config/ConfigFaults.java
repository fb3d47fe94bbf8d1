package io.biplane.controllers.config;

import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.netip.SpecialBlock;
import io.biplane.netip.allocation.HostRange;
import io.biplane.netip.allocation.SubnetAllocator;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds what is wrong with a controller manager's flags. Each fault is upstream's sentence, then in
 * parentheses the flag, its value and what to write instead.
 */
final class ConfigFaults {
    /** 2^(64-24) nodes with a /64 each; a larger block is a slip of the pen. */
    private static final int SHORTEST_IPV6_CLUSTER_PREFIX = 24;

    private final ControllerManagerConfig config;
    private final List<String> faults = new ArrayList<>();

    ConfigFaults(ControllerManagerConfig config) {
        this.config = config;
    }

    List<String> find() {
        List<Prefix> clusters = parse("--cluster-cidr", config.clusterCidr());
        if (config.clusterCidr().isEmpty() && config.allocateNodeCidrs()) {
            faults.add(
                    "invalid CIDR address: (--allocate-node-cidrs=true needs --cluster-cidr, such"
                            + " as --cluster-cidr=10.244.0.0/16,fd00:10:244::/56)");
        }
        List<Prefix> services = parse("--service-cluster-ip-range", config.serviceClusterIpRange());
        if (!clusters.isEmpty()) {
            clusterFamilies(clusters);
        }
        serviceFamilies(services);
        maskFlags(clusters);
        clusters.forEach(this::sizes);
        if (config.allocateNodeCidrs()) {
            clusters.forEach(this::special);
            if (faults.isEmpty()) {
                clusters.forEach(this::room);
            }
        }
        int perSlice = config.maxEndpointsPerSlice();
        if (perSlice < 1 || perSlice > 1000) {
            faults.add(
                    "max endpoints per slice is out of range (--max-endpoints-per-slice=%d: give 1 to 1000)"
                            .formatted(perSlice));
        }
        return List.copyOf(faults);
    }

    private List<Prefix> parse(String flag, String value) {
        List<Prefix> parsed = new ArrayList<>();
        for (String text : ControllerManagerConfig.split(value)) {
            try {
                parsed.add(Prefix.parseMasked(text));
            } catch (IllegalArgumentException e) {
                faults.add(
                        "invalid CIDR address: %s (%s=%s: %s)"
                                .formatted(text, flag, value, e.getMessage()));
            }
        }
        return parsed;
    }

    private void clusterFamilies(List<Prefix> clusters) {
        int count = clusters.size();
        String flag = "--cluster-cidr=" + config.clusterCidr();
        if (count > 1 && families(clusters) < 2) {
            faults.add(
                    ("len of ClusterCIDRs==%d and they are not configured as dual stack (at least"
                                    + " one from each IPFamily (%s: give one IPv4 and one IPv6 block, or one"
                                    + " block)")
                            .formatted(count, flag));
        } else if (count > 2) {
            faults.add(
                    ("length of clusterCIDRs is:%d more than max allowed of 2 (%s: give one IPv4"
                                    + " and one IPv6 block)")
                            .formatted(count, flag));
        } else if (count == 2 && !config.dualStackGate()) {
            faults.add(
                    ("len of ClusterCIDRs==2 and dualstack or EndpointSlice feature is not enabled"
                                    + " (%s: give one block, or --feature-gates=IPv6DualStack=true)")
                            .formatted(flag));
        }
    }

    private void serviceFamilies(List<Prefix> services) {
        String flag = "--service-cluster-ip-range=" + config.serviceClusterIpRange();
        if (services.size() > 2) {
            faults.add(
                    ("--service-cluster-ip-range can not contain more than two entries (%s: give"
                                    + " one IPv4 and one IPv6 range)")
                            .formatted(flag));
        } else if (services.size() == 2 && families(services) < 2) {
            faults.add(
                    ("serviceCIDR and secondaryServiceCIDR are not dualstack (from different"
                                    + " IPfamiles) (%s: give one IPv4 and one IPv6 range)")
                            .formatted(flag));
        } else if (services.size() == 2 && !config.dualStackGate()) {
            faults.add(
                    ("secondary service cidr is provided and IPv6DualStack feature is not enabled"
                                    + " (%s: give one range, or --feature-gates=IPv6DualStack=true)")
                            .formatted(flag));
        }
    }

    private void maskFlags(List<Prefix> clusters) {
        boolean perFamily =
                config.nodeCidrMaskSizeIpv4() != 0 || config.nodeCidrMaskSizeIpv6() != 0;
        if (config.nodeCidrMaskSize() != 0 && clusters.size() > 1) {
            faults.add(
                    ("usage of --node-cidr-mask-size is not allowed with dual-stack clusters"
                                    + " (--node-cidr-mask-size=%d: give --node-cidr-mask-size-ipv4 and"
                                    + " --node-cidr-mask-size-ipv6)")
                            .formatted(config.nodeCidrMaskSize()));
        } else if (config.nodeCidrMaskSize() != 0 && perFamily) {
            faults.add(
                    ("usage of --node-cidr-mask-size-ipv4 and --node-cidr-mask-size-ipv6 is not"
                                    + " allowed if --node-cidr-mask-size is set. For dual-stack clusters"
                                    + " please unset it and use IPFamily specific flags"
                                    + " (--node-cidr-mask-size=%d: leave it out)")
                            .formatted(config.nodeCidrMaskSize()));
        }
        if (clusters.size() == 1) {
            foreignMask(clusters.getFirst().family());
        }
    }

    /** A mask size for the family that a cluster of one family does not have. */
    private void foreignMask(IpFamily only) {
        boolean v4 = only == IpFamily.IPV6;
        int given = v4 ? config.nodeCidrMaskSizeIpv4() : config.nodeCidrMaskSizeIpv6();
        if (given != 0) {
            String flag = "--node-cidr-mask-size-" + (v4 ? "ipv4" : "ipv6");
            faults.add(
                    "usage of %s is not allowed for a single-stack %s cluster (%s=%d: leave it out)"
                            .formatted(flag, only.apiName(), flag, given));
        }
    }

    private void sizes(Prefix cluster) {
        IpFamily family = cluster.family();
        int mask = config.nodeMask(family);
        String flag = config.nodeMaskFlag(family);
        int longest = HostRange.longestPrefix(family);
        String remedy =
                cluster.bits() <= longest
                        ? "give %s %d to %d".formatted(flag, cluster.bits(), longest)
                        : "give a larger block, such as %s"
                                .formatted(Prefix.of(cluster.network(), longest));
        if (mask < cluster.bits() || mask > family.bits()) {
            faults.add(
                    ("Controller: Invalid --cluster-cidr, mask size of cluster CIDR must be less"
                                    + " than or equal to --node-cidr-mask-size configured for CIDR family"
                                    + " (--cluster-cidr block %s with %s=%d: %s)")
                            .formatted(cluster, flag, mask, remedy));
        } else if (mask > longest && config.allocateNodeCidrs()) {
            faults.add(
                    "no pod fits a node block of /%d (--cluster-cidr block %s with %s=%d: %s)"
                            .formatted(mask, cluster, flag, mask, remedy));
        }
        if (mask - cluster.bits() > Long.SIZE) {
            faults.add(
                    ("New CIDR set failed; the node CIDR size is too big (--cluster-cidr block %s with"
                                    + " %s=%d has more than 2^64 node blocks: give %s %d or less)")
                            .formatted(cluster, flag, mask, flag, cluster.bits() + Long.SIZE));
        }
        if (family == IpFamily.IPV6 && cluster.bits() < SHORTEST_IPV6_CLUSTER_PREFIX) {
            faults.add(
                    ("New CIDR set failed; the node CIDR size is too big (--cluster-cidr block %s:"
                                    + " give an IPv6 block of /%d or longer)")
                            .formatted(cluster, SHORTEST_IPV6_CLUSTER_PREFIX));
        }
    }

    private void special(Prefix cluster) {
        SpecialBlock.overlapping(cluster)
                .ifPresent(special ->
                        faults.add(
                                "no pod can be reached in --cluster-cidr block %s: it overlaps %s (give another block, such as %s)"
                                        .formatted(
                                                cluster,
                                                special,
                                                cluster.family() == IpFamily.IPV4
                                                        ? "10.244.0.0/16"
                                                        : "fd00:10:244::/56")));
    }

    /** Node blocks stay clear of the service ranges: some must be left. */
    private void room(Prefix cluster) {
        SubnetAllocator blocks = config.nodeBlocks(cluster);
        if (blocks.used().equals(blocks.capacity())) {
            faults.add(
                    ("there are no remaining CIDRs left to allocate in the accepted range"
                                    + " (--cluster-cidr block %s: --service-cluster-ip-range=%s touches every"
                                    + " node block of it; give ranges that do not overlap)")
                            .formatted(cluster, config.serviceClusterIpRange()));
        }
    }

    private static long families(List<Prefix> prefixes) {
        return prefixes.stream().map(Prefix::family).distinct().count();
    }
}
