package io.biplane.cli.cluster;

import io.biplane.cli.component.FeatureGates;
import io.biplane.controllers.config.ControllerManagerConfig;
import io.biplane.netip.Prefix;
import io.biplane.network.fabric.ClusterNetwork;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * What a cluster was made with. It is written when {@code up} first makes the cluster, and read by
 * every later command, so that none of the flags must be given again.
 *
 * @param network its name and all its address ranges
 * @param nodes how many nodes it has
 * @param nodeCidrMaskSizeIpv4 the length of a node's IPv4 block, where it is not the default
 * @param nodeCidrMaskSizeIpv6 the length of a node's IPv6 block, where it is not the default
 * @param featureGates the value of {@code --feature-gates}
 * @param securePort where the API server listens
 * @param kubeconfig the file that holds the context
 * @param heaps how much memory its processes may use
 */
public record ClusterSpec(
        ClusterNetwork network,
        int nodes,
        OptionalInt nodeCidrMaskSizeIpv4,
        OptionalInt nodeCidrMaskSizeIpv6,
        String featureGates,
        int securePort,
        String kubeconfig,
        Heaps heaps) {
    /** Raised when a data directory of this version cannot be read by an older one. */
    static final int FORMAT = 1;

    static final int MAX_NODES = 250;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    public ClusterSpec {
        if (nodes < 1 || nodes > MAX_NODES) {
            throw new IllegalArgumentException(
                    "a cluster has 1 to %d nodes, not %d (--nodes)".formatted(MAX_NODES, nodes));
        }
    }

    /** The cluster's name. */
    public String name() {
        return network.name();
    }

    /** Ranges as a flag takes them: with commas between, the primary family first. */
    public static String flagValue(List<Prefix> ranges) {
        return String.join(",", ranges.stream().map(Prefix::toString).toList());
    }

    /** The names of the nodes: {@code node-1}, … */
    public List<String> nodeNames() {
        return IntStream.rangeClosed(1, nodes).mapToObj(ClusterNetwork::nodeName).toList();
    }

    /** What the controllers are told. */
    public ControllerManagerConfig controllerConfig() {
        return new ControllerManagerConfig(
                true,
                flagValue(network.pods().values()),
                flagValue(network.services().values()),
                0,
                nodeCidrMaskSizeIpv4.orElse(0),
                nodeCidrMaskSizeIpv6.orElse(0),
                FeatureGates.parse(featureGates).dualStack(),
                ControllerManagerConfig.DEFAULT_ENDPOINTS_PER_SLICE);
    }

    /** The same cluster with another number of nodes. */
    ClusterSpec withNodes(int count) {
        return with(count, heaps);
    }

    /** The same cluster with other heaps. */
    ClusterSpec withHeaps(Heaps other) {
        return with(nodes, other);
    }

    private ClusterSpec with(int newNodes, Heaps newHeaps) {
        return new ClusterSpec(
                network,
                newNodes,
                nodeCidrMaskSizeIpv4,
                nodeCidrMaskSizeIpv6,
                featureGates,
                securePort,
                kubeconfig,
                newHeaps);
    }

    /** As it stands in {@code cluster.json}. */
    String toJson() {
        ObjectNode json = JSON.createObjectNode();
        json.put("biplane", "cluster").put("format", FORMAT);
        json.set("network", network.toJson());
        json.put("nodes", nodes);
        nodeCidrMaskSizeIpv4.ifPresent(bits -> json.put("nodeCidrMaskSizeIpv4", bits));
        nodeCidrMaskSizeIpv6.ifPresent(bits -> json.put("nodeCidrMaskSizeIpv6", bits));
        json.put("featureGates", featureGates).put("securePort", securePort);
        json.put("kubeconfig", kubeconfig).put("heaps", heaps.toString());
        return json.toPrettyString() + "\n";
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @return nothing if the text is not of Biplane
     * @throws NewerFormatException if a newer version wrote it
     */
    static Optional<ClusterSpec> ofJson(String text) {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JacksonException e) {
            return Optional.empty();
        }
        if (!json.path("biplane").asString("").equals("cluster")) {
            return Optional.empty();
        }
        int format = json.path("format").asInt(0);
        if (format > FORMAT) {
            throw new NewerFormatException(format);
        }
        return Optional.of(
                new ClusterSpec(
                        ClusterNetwork.of(json.path("network")),
                        json.path("nodes").asInt(),
                        optionalInt(json.path("nodeCidrMaskSizeIpv4")),
                        optionalInt(json.path("nodeCidrMaskSizeIpv6")),
                        json.path("featureGates").asString(""),
                        json.path("securePort").asInt(),
                        json.path("kubeconfig").asString(""),
                        Heaps.parse(json.path("heaps").asString(""))));
    }

    private static OptionalInt optionalInt(JsonNode value) {
        return value.isInt() ? OptionalInt.of(value.asInt()) : OptionalInt.empty();
    }

    /** A data directory that a newer version of Biplane wrote. */
    static final class NewerFormatException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NewerFormatException(int format) {
            super("it has format %d, and this version reads up to %d".formatted(format, FORMAT));
        }
    }
}
