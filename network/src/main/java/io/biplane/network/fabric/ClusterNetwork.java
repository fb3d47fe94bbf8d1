package io.biplane.network.fabric;

import io.biplane.linux.route.Mac;
import io.biplane.netip.Addr;
import io.biplane.netip.DualStack;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * All address ranges of a cluster, and what stands at which address in them.
 *
 * <p>Pod and service ranges may be of one family or two, in the order that makes the first one the
 * primary; the ranges of the fabric itself always have both. The fabric's own overlap nothing. A
 * new cluster's pod and service ranges do not overlap either; those of an older one may, as node
 * IPAM keeps the blocks apart.
 *
 * @param name the cluster's name; names of links and namespaces are made of it
 * @param pods {@code --cluster-cidr}
 * @param services {@code --service-cluster-ip-range}
 * @param nodes the bridge on which the nodes are: the gateway first, nodes from offset 11 on
 * @param transit between the fabric (offset 1) and the host (offset 2)
 * @param outside between the fabric (offset 1) and the host beyond the cluster (offset 2)
 */
public record ClusterNetwork(
        String name,
        DualStack<Prefix> pods,
        DualStack<Prefix> services,
        DualStack<Prefix> nodes,
        DualStack<Prefix> transit,
        DualStack<Prefix> outside) {

    /**
     * Names of at most 12 characters: {@code bp-<name>} must fit a link's 15. No part of it but the
     * first is "pod": cluster "a-pod" would take pods of cluster "a" for its own.
     */
    public static final Pattern NAME =
            Pattern.compile("(?!.*-pod(-|$))[a-z]([a-z0-9-]{0,10}[a-z0-9])?");

    /** How many default plans there are, and so how many clusters fit one host without flags. */
    public static final int PLANS = 16;

    private static final int NODE_OFFSET = 10;

    public ClusterNetwork {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "cluster name \"%s\" is not 1 to 12 of a-z, 0-9 and -, beginning with a letter, not ending with -, without a part \"-pod\""
                            .formatted(name));
        }
        for (DualStack<Prefix> own : List.of(nodes, transit, outside)) {
            if (!own.isDual()) {
                throw new IllegalArgumentException("a fabric range has one family only: " + own);
            }
        }
        List<Prefix> taken = new ArrayList<>(pods.values());
        taken.addAll(services.values());
        for (Prefix own : fabricRanges(nodes, transit, outside)) {
            for (Prefix other : taken) {
                if (own.overlaps(other)) {
                    throw new IllegalArgumentException(
                            "range %s of the fabric overlaps %s".formatted(own, other));
                }
            }
            taken.add(own);
        }
    }

    private static List<Prefix> fabricRanges(
            DualStack<Prefix> nodes, DualStack<Prefix> transit, DualStack<Prefix> outside) {
        return Stream.of(nodes, transit, outside).flatMap(r -> r.values().stream()).toList();
    }

    /**
     * The default ranges number {@code index} of a cluster.
     *
     * @param index {@code 0 <= index < PLANS}; different indexes give disjoint ranges
     */
    public static ClusterNetwork plan(String name, int index) {
        if (index < 0 || index >= PLANS) {
            throw new IllegalArgumentException("plan %d is not in 0..15".formatted(index));
        }
        return new ClusterNetwork(
                name,
                ranges("10.%d.0.0/16", 244 - index, "fd00:10:%d::/56", 244 - index),
                ranges("10.%d.0.0/16", 96 + index, "fd00:10:%d::/112", 96 + index),
                ranges("172.30.%d.0/20", 16 * index, "fd00:172:30:%d::/64", index),
                ranges("198.18.%d.0/25", index, "fd00:198:18:%d::/64", index),
                ranges("198.18.%d.128/25", index, "2001:db8:18:%d::/64", index));
    }

    private static DualStack<Prefix> ranges(String v4, int v4Number, String v6, int v6Number) {
        return DualStack.ofPrefixes(
                List.of(
                        Prefix.parse(v4.formatted(v4Number)),
                        Prefix.parse(v6.formatted(v6Number))));
    }

    /** This network with other pod or service ranges, as the user gave them. */
    ClusterNetwork with(DualStack<Prefix> newPods, DualStack<Prefix> newServices) {
        return new ClusterNetwork(name, newPods, newServices, nodes, transit, outside);
    }

    /** This network with the primary family of pods and services only. */
    public ClusterNetwork primaryOnly() {
        return with(
                DualStack.ofPrefixes(List.of(pods.primary())),
                DualStack.ofPrefixes(List.of(services.primary())));
    }

    /** The ranges that the host reaches through the fabric. */
    public List<Prefix> routedFromHost(IpFamily family) {
        return Stream.of(nodes, pods, services).flatMap(r -> r.get(family).stream()).toList();
    }

    /** The fabric's address on the nodes bridge, the nodes' default gateway. */
    public Addr gateway(IpFamily family) {
        return at(nodes, family, 1);
    }

    /** The fabric's end of the host veth. */
    public Addr fabricEnd(IpFamily family) {
        return at(transit, family, 1);
    }

    /** The host's end of the host veth. */
    public Addr hostEnd(IpFamily family) {
        return at(transit, family, 2);
    }

    /** The fabric's end of the veth to the outside namespace. */
    public Addr outsideGateway(IpFamily family) {
        return at(outside, family, 1);
    }

    /** The address of the host beyond the cluster. */
    public Addr outsideHost(IpFamily family) {
        return at(outside, family, 2);
    }

    /**
     * The address of a node.
     *
     * @param index from 1, as in {@code node-1}
     */
    public Addr node(int index, IpFamily family) {
        if (index < 1) {
            throw new IllegalArgumentException("node index %d is not from 1".formatted(index));
        }
        return at(nodes, family, NODE_OFFSET + index);
    }

    /** Both addresses of a node, that of the pods' primary family first. */
    public List<Addr> nodeAddresses(int index) {
        IpFamily primary = pods.primary().family();
        return List.of(node(index, primary), node(index, primary.other()));
    }

    /** The name of a node, {@code node-<index>}. */
    public static String nodeName(int index) {
        return "node-" + index;
    }

    private static Addr at(DualStack<Prefix> range, IpFamily family, long offset) {
        return range.get(family).orElseThrow().at(offset);
    }

    /** The namespace of the bridge and the cluster's processes. */
    public String fabricNamespace() {
        return name + "-fabric";
    }

    public String outsideNamespace() {
        return name + "-outside";
    }

    /** The MAC of whoever has {@code address} on the nodes bridge; the same for both families. */
    public Mac macOnBridge(Addr address) {
        Prefix range = nodes.get(address.family()).orElseThrow();
        return Mac.local(range.offsetOf(address).longValueExact());
    }

    /** Why a node's block cannot be the cluster's; empty if it is in the cluster's pod ranges. */
    public Optional<String> foreign(Prefix podCidr) {
        Optional<Prefix> range = pods.get(podCidr.family());
        return range.isPresent() && range.get().contains(podCidr)
                ? Optional.empty()
                : Optional.of(
                        "podCIDR %s is not in the cluster's pod range%s"
                                .formatted(podCidr, range.map(r -> " " + r).orElse("s")));
    }

    /**
     * Whether {@code address} is on the nodes bridge, so that {@link #macOnBridge} knows its MAC.
     */
    public boolean onBridge(Addr address) {
        return nodes.get(address.family()).orElseThrow().contains(address);
    }

    /** The namespace of a node, by the node's name. */
    public String nodeNamespace(String node) {
        return name + "-" + node;
    }

    /** What the names of all pods' namespaces begin with. */
    public String podNamespacePrefix() {
        return name + "-pod-";
    }

    /** The host's link to the fabric. */
    public String hostLink() {
        return "bp-" + name;
    }

    /** As it is kept in {@code cluster.json}. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", name);
        put(json, "pods", pods);
        put(json, "services", services);
        put(json, "nodes", nodes);
        put(json, "transit", transit);
        put(json, "outside", outside);
        return json;
    }

    /** What {@link #toJson} wrote. */
    public static ClusterNetwork of(JsonNode json) {
        return new ClusterNetwork(
                json.path("name").asString(),
                get(json, "pods"),
                get(json, "services"),
                get(json, "nodes"),
                get(json, "transit"),
                get(json, "outside"));
    }

    private static void put(ObjectNode json, String key, DualStack<Prefix> ranges) {
        var array = json.putArray(key);
        ranges.values().forEach(prefix -> array.add(prefix.toString()));
    }

    private static DualStack<Prefix> get(JsonNode json, String key) {
        List<Prefix> ranges = new ArrayList<>();
        json.path(key).forEach(prefix -> ranges.add(Prefix.parse(prefix.asString())));
        return DualStack.ofPrefixes(ranges);
    }
}
