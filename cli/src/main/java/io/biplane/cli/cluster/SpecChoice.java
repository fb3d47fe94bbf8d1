package io.biplane.cli.cluster;

import io.biplane.apiserver.ApiServerConfig;
import io.biplane.cli.CommandFailure;
import io.biplane.cli.component.FeatureGates;
import io.biplane.controllers.ControllerManagerConfig;
import io.biplane.netip.DualStack;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.PortRange;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.fabric.HostSide;
import io.biplane.network.fabric.NetworkChoice;
import io.biplane.network.fabric.NetworkClashException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns a command line into the spec of a cluster: a new one, or one that is there already. */
final class SpecChoice {
    private static final int FIRST_PORT = 6443;
    private static final int DEFAULT_NODES = 2;

    private final String name;
    private final DataDirectory data;
    private final UpOptions options;
    private final CallingUser user;

    SpecChoice(String name, DataDirectory data, UpOptions options, CallingUser user) {
        this.name = name;
        this.data = data;
        this.options = options;
        this.user = user;
    }

    /**
     * @throws CommandFailure with every fault of the command line
     */
    ClusterSpec make() {
        Optional<ClusterSpec> existing = data.readSpec();
        return existing.isPresent() ? existing(existing.get()) : fresh();
    }

    private ClusterSpec existing(ClusterSpec spec) {
        List<String> faults = options.contradictions(spec);
        if (!spec.name().equals(name)) {
            faults.add(
                    "--name=%s: the data directory %s is that of cluster %s (give --name %s, or another --data-dir)"
                            .formatted(name, data.root(), spec.name(), spec.name()));
        }
        boolean runs = Component.CONTROL_PLANE.find(data).isPresent();
        if (!runs && !isFree(spec.securePort())) {
            faults.add(portInUse(spec.securePort()));
        }
        fail(faults);
        Integer nodes = options.nodes;
        return nodes == null ? spec : spec.withNodes(nodes);
    }

    private ClusterSpec fresh() {
        List<String> faults = new ArrayList<>();
        FeatureGates gates = options.featureGates(faults);
        int nodes = options.nodes == null ? DEFAULT_NODES : options.nodes;
        if (nodes < 1 || nodes > ClusterSpec.MAX_NODES) {
            faults.add(UpOptions.tooMany(nodes));
        }
        int port = port(faults);
        Optional<List<Prefix>> pods = pods(gates, faults);
        Optional<List<Prefix>> services = services(gates, port, faults);
        fail(faults);
        return new ClusterSpec(
                network(pods, services, gates),
                nodes,
                UpOptions.optional(options.nodeCidrMaskSizeIpv4),
                UpOptions.optional(options.nodeCidrMaskSizeIpv6),
                options.featureGates == null ? "" : options.featureGates,
                port,
                KubeconfigFile.choose(options.kubeconfig, user).toString());
    }

    /** The pods' ranges, if given; what the controller manager would refuse is a fault. */
    private Optional<List<Prefix>> pods(FeatureGates gates, List<String> faults) {
        String given = options.clusterCidr;
        DualStack<Prefix> byDefault = ClusterNetwork.plan(name, 0).pods();
        ControllerManagerConfig config =
                new ControllerManagerConfig(
                        true,
                        given != null ? given : ClusterSpec.flagValue(families(byDefault, gates)),
                        "",
                        zeroIfNull(options.nodeCidrMaskSize),
                        zeroIfNull(options.nodeCidrMaskSizeIpv4),
                        zeroIfNull(options.nodeCidrMaskSizeIpv6),
                        gates.dualStack(),
                        ControllerManagerConfig.DEFAULT_ENDPOINTS_PER_SLICE);
        List<String> found = config.validate();
        faults.addAll(found);
        return given == null || !found.isEmpty()
                ? Optional.empty()
                : Optional.of(config.clusterCidrs());
    }

    /** The Services' ranges, if given; what the API server would refuse is a fault. */
    private Optional<List<Prefix>> services(FeatureGates gates, int port, List<String> faults) {
        String given = options.serviceClusterIpRange;
        if (given == null) {
            return Optional.empty();
        }
        try {
            List<Prefix> ranges = ApiServerConfig.parseServiceRanges(given);
            faults.addAll(
                    new ApiServerConfig(
                                    ranges,
                                    PortRange.NODE_PORTS,
                                    List.of(),
                                    port,
                                    data.pki(),
                                    List.of(),
                                    gates.dualStack())
                            .validate());
            return Optional.of(ranges);
        } catch (IllegalArgumentException e) {
            faults.add(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static int zeroIfNull(@Nullable Integer value) {
        return value == null ? 0 : value;
    }

    private ClusterNetwork network(
            Optional<List<Prefix>> pods, Optional<List<Prefix>> services, FeatureGates gates) {
        try {
            ClusterNetwork network =
                    new NetworkChoice(
                                    name,
                                    pods.map(DualStack::ofPrefixes),
                                    services.map(DualStack::ofPrefixes))
                            .against(HostSide.ofThisProcess().routes());
            return gates.dualStack() ? network : network.primaryOnly();
        } catch (NetworkClashException | IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private static List<Prefix> families(DualStack<Prefix> ranges, FeatureGates gates) {
        return gates.dualStack() ? ranges.values() : List.of(ranges.primary());
    }

    private int port(List<String> faults) {
        Integer given = options.securePort;
        if (given != null) {
            if (given >= 1 && given <= 65535 && !isFree(given)) {
                faults.add(portInUse(given));
            }
            return given;
        }
        int port = FIRST_PORT;
        while (!isFree(port)) {
            port++;
        }
        return port;
    }

    private static String portInUse(int port) {
        return "port %d is in use on this machine (--secure-port=%d: give another one, or end the program that listens there; ss -tlnp 'sport = :%d' names it)"
                .formatted(port, port, port);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void fail(List<String> faults) {
        if (!faults.isEmpty()) {
            throw new CommandFailure(faults);
        }
    }
}
