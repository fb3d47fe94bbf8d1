package io.biplane.cli.cluster;

import io.biplane.apiserver.config.ApiServerConfig;
import io.biplane.cli.command.CommandFailure;
import io.biplane.cli.component.FeatureGates;
import io.biplane.controllers.config.ControllerManagerConfig;
import io.biplane.netip.DualStack;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.PortRange;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.fabric.HostRoute;
import io.biplane.network.fabric.HostSide;
import io.biplane.network.fabric.NetworkChoice;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

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
        Optional<Heaps> heaps = options.heaps(faults);
        ClusterSpec told = spec.withHeaps(heaps.orElse(spec.heaps()));
        ClusterSpec wanted = options.nodes == null ? told : grown(told, options.nodes);
        faults.addAll(new NodeRoom(wanted.controllerConfig(), wanted.nodes()).faultsOf(spec));
        fail(faults);
        return wanted;
    }

    /** Unchanged where the number is a fault of its own. */
    private static ClusterSpec grown(ClusterSpec spec, int nodes) {
        return nodes < spec.nodes() || nodes > ClusterSpec.MAX_NODES ? spec : spec.withNodes(nodes);
    }

    private ClusterSpec fresh() {
        List<String> faults = new ArrayList<>();
        FeatureGates gates = options.featureGates(faults);
        int nodes = options.nodes == null ? DEFAULT_NODES : options.nodes;
        if (nodes < 1 || nodes > ClusterSpec.MAX_NODES) {
            faults.add(UpOptions.tooMany(nodes));
        }
        Heaps heaps = options.heaps(faults).orElse(Heaps.BY_DEFAULT);
        int port = port(faults);
        ControllerManagerConfig cut = cut(gates);
        Optional<List<Prefix>> pods = pods(cut, nodes, faults);
        Optional<List<Prefix>> services = services(gates, port, faults);
        Optional<ClusterNetwork> network = network(pods, services, gates, faults);
        fail(faults);
        return new ClusterSpec(
                network.orElseThrow(),
                nodes,
                mask(cut, IpFamily.IPV4, options.nodeCidrMaskSizeIpv4),
                mask(cut, IpFamily.IPV6, options.nodeCidrMaskSizeIpv6),
                options.featureGates == null ? "" : options.featureGates,
                port,
                KubeconfigFile.choose(options.kubeconfig, user).toString(),
                heaps);
    }

    /** How the pods' ranges are cut into the nodes' blocks; the default ones if none are given. */
    private ControllerManagerConfig cut(FeatureGates gates) {
        String given = options.clusterCidr;
        DualStack<Prefix> byDefault = ClusterNetwork.plan(name, 0).pods();
        return new ControllerManagerConfig(
                true,
                given != null ? given : ClusterSpec.flagValue(families(byDefault, gates)),
                "",
                zeroIfNull(options.nodeCidrMaskSize),
                zeroIfNull(options.nodeCidrMaskSizeIpv4),
                zeroIfNull(options.nodeCidrMaskSizeIpv6),
                gates.dualStack(),
                ControllerManagerConfig.DEFAULT_ENDPOINTS_PER_SLICE);
    }

    /** The length of a family's node blocks, where it is not the default. */
    private OptionalInt mask(
            ControllerManagerConfig cut, IpFamily family, @Nullable Integer ownFlag) {
        boolean only = options.nodeCidrMaskSize != null;
        boolean has = cut.clusterCidrs().stream().anyMatch(cidr -> cidr.family() == family);
        return only && has ? OptionalInt.of(cut.nodeMask(family)) : UpOptions.optional(ownFlag);
    }

    /** The pods' ranges, if given; what the controller manager would refuse is a fault. */
    private Optional<List<Prefix>> pods(
            ControllerManagerConfig cut, int nodes, List<String> faults) {
        List<String> found = cut.validate();
        faults.addAll(found);
        if (!found.isEmpty()) {
            return Optional.empty();
        }
        if (nodes >= 1) {
            faults.addAll(new NodeRoom(cut, nodes).faults());
        }
        return options.clusterCidr == null ? Optional.empty() : Optional.of(cut.clusterCidrs());
    }

    /** The Services' ranges, if given; what the API server would refuse is a fault. */
    private Optional<List<Prefix>> services(FeatureGates gates, int port, List<String> faults) {
        String given = options.serviceClusterIpRange;
        if (given == null) {
            return Optional.empty();
        }
        try {
            List<Prefix> ranges = ApiServerConfig.parseServiceRanges(given);
            List<String> found =
                    new ApiServerConfig(
                                    ranges,
                                    PortRange.NODE_PORTS,
                                    List.of(),
                                    port,
                                    data.pki(),
                                    List.of(),
                                    gates.dualStack())
                            .validate();
            faults.addAll(found);
            return found.isEmpty() ? Optional.of(ranges) : Optional.empty();
        } catch (IllegalArgumentException e) {
            faults.add(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static int zeroIfNull(@Nullable Integer value) {
        return value == null ? 0 : value;
    }

    /** All ranges of the cluster; what clashes with each other or with the host is a fault. */
    private Optional<ClusterNetwork> network(
            Optional<List<Prefix>> pods,
            Optional<List<Prefix>> services,
            FeatureGates gates,
            List<String> faults) {
        NetworkChoice choice =
                new NetworkChoice(
                        name, pods.map(DualStack::ofPrefixes), services.map(DualStack::ofPrefixes));
        List<HostRoute> routes = HostSide.ofThisProcess().routes();
        List<String> found = choice.faults(routes);
        faults.addAll(found);
        if (!faults.isEmpty()) {
            return Optional.empty();
        }
        ClusterNetwork network = choice.against(routes);
        return Optional.of(gates.dualStack() ? network : network.primaryOnly());
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
