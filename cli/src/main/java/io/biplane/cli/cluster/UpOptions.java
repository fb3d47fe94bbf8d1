package io.biplane.cli.cluster;

import io.biplane.cli.component.FeatureGates;
import io.biplane.controllers.config.ControllerManagerConfig;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** What {@code up} is told about a new cluster; an existing one remembers what it was told. */
final class UpOptions {
    @Option(
            names = "--nodes",
            paramLabel = "<n>",
            description = "How many nodes (default: 2; more may be added later).")
    @Nullable Integer nodes;

    @Option(
            names = "--cluster-cidr",
            paramLabel = "<cidr>[,<cidr>]",
            description =
                    "The pods' ranges, the primary family first (default: 10.244.0.0/16,fd00:10:244::/56,"
                            + " or the next such pair that is free on this host).")
    @Nullable String clusterCidr;

    @Option(
            names = "--service-cluster-ip-range",
            paramLabel = "<cidr>[,<cidr>]",
            description =
                    "The Services' ranges; the family of the first is the default of Services (default:"
                            + " 10.96.0.0/16,fd00:10:96::/112, or the next such pair that is free).")
    @Nullable String serviceClusterIpRange;

    @Option(
            names = "--node-cidr-mask-size",
            paramLabel = "<bits>",
            description = "The length of a node's block; only where there is one cluster CIDR.")
    @Nullable Integer nodeCidrMaskSize;

    @Option(
            names = "--node-cidr-mask-size-ipv4",
            paramLabel = "<bits>",
            description = "The length of a node's IPv4 block (default: 24).")
    @Nullable Integer nodeCidrMaskSizeIpv4;

    @Option(
            names = "--node-cidr-mask-size-ipv6",
            paramLabel = "<bits>",
            description = "The length of a node's IPv6 block (default: 64).")
    @Nullable Integer nodeCidrMaskSizeIpv6;

    @Option(
            names = "--feature-gates",
            paramLabel = "<gate>=<bool>,…",
            description =
                    "IPv6DualStack=false allows one family only (default: IPv6DualStack=true).")
    @Nullable String featureGates;

    @Option(
            names = "--secure-port",
            paramLabel = "<port>",
            description = "Where the API server listens (default: 6443, or the next that is free).")
    @Nullable Integer securePort;

    @Option(
            names = "--kubeconfig",
            paramLabel = "<file>",
            description =
                    "The file that gets the cluster's context (default: the first of $KUBECONFIG, or ~/.kube/config).")
    @Nullable Path kubeconfig;

    @Option(
            names = "--heap",
            paramLabel = "<process>=<size>[,…]",
            description =
                    "The most memory that a process may use for objects, such as control-plane=2g,agents=512m (default:"
                            + " by the machine's memory and the number of nodes). A process that runs gets it when it is"
                            + " started again.")
    @Nullable String heap;

    /** The heaps as told; none for what is not told. */
    Optional<Heaps> heaps(List<String> faults) {
        try {
            return Optional.ofNullable(heap).map(Heaps::parse);
        } catch (IllegalArgumentException e) {
            faults.add(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    FeatureGates featureGates(List<String> faults) {
        try {
            return featureGates == null ? FeatureGates.none() : FeatureGates.parse(featureGates);
        } catch (IllegalArgumentException e) {
            faults.add(String.valueOf(e.getMessage()));
            return FeatureGates.none();
        }
    }

    static OptionalInt optional(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }

    /**
     * What the command line asks of a cluster that exists, against what it was made with.
     *
     * @return one fault for each flag that would change what cannot be changed
     */
    List<String> contradictions(ClusterSpec spec) {
        List<String> faults = new ArrayList<>();
        List<Prefix> pods = spec.network().pods().values();
        List<Prefix> services = spec.network().services().values();
        ControllerManagerConfig cut = spec.controllerConfig();
        differs("--cluster-cidr", spelled(clusterCidr, pods), ClusterSpec.flagValue(pods), faults);
        differs(
                "--service-cluster-ip-range",
                spelled(serviceClusterIpRange, services),
                ClusterSpec.flagValue(services),
                faults);
        differs(
                "--node-cidr-mask-size",
                nodeCidrMaskSize,
                Integer.toString(cut.nodeMask(pods.getFirst().family())),
                faults);
        differs(
                "--node-cidr-mask-size-ipv4",
                nodeCidrMaskSizeIpv4,
                Integer.toString(cut.nodeMask(IpFamily.IPV4)),
                faults);
        differs(
                "--node-cidr-mask-size-ipv6",
                nodeCidrMaskSizeIpv6,
                Integer.toString(cut.nodeMask(IpFamily.IPV6)),
                faults);
        differs("--secure-port", securePort, Integer.toString(spec.securePort()), faults);
        if (nodes != null && nodes < spec.nodes()) {
            faults.add(
                    "--nodes=%d: cluster %s has %d nodes, and they cannot be taken away (kubectl drain them, or biplane down --delete and up again)"
                            .formatted(nodes, spec.name(), spec.nodes()));
        }
        if (nodes != null && nodes > ClusterSpec.MAX_NODES) {
            faults.add(tooMany(nodes));
        }
        return faults;
    }

    static String tooMany(int nodes) {
        return "--nodes=%d: a cluster on one machine has 1 to %d nodes (give a number in that range)"
                .formatted(nodes, ClusterSpec.MAX_NODES);
    }

    /** The flag as {@code existing} is written, if it means the same in another spelling. */
    private static @Nullable String spelled(@Nullable String flag, List<Prefix> existing) {
        if (flag == null) {
            return null;
        }
        try {
            List<Prefix> meant = Stream.of(flag.split(",", -1)).map(Prefix::parseMasked).toList();
            return meant.equals(existing) ? ClusterSpec.flagValue(existing) : flag;
        } catch (IllegalArgumentException e) {
            return flag;
        }
    }

    private static void differs(
            String flag, @Nullable Object given, String existing, List<String> faults) {
        if (given != null && !given.toString().equals(existing)) {
            faults.add(
                    "%s=%s: the cluster was made with %s=%s, which cannot be changed (leave the flag out, give another --name, or biplane down --delete first)"
                            .formatted(flag, given, flag, existing));
        }
    }
}
