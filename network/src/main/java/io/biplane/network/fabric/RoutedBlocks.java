package io.biplane.network.fabric;

import io.biplane.api.view.NodeView;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Which nodes' blocks are routed, and to where. Nodes say themselves what their podCIDRs and
 * addresses are, and whoever may write Nodes can make them say anything: what is not within the
 * cluster's own ranges, or another node's already, gets no route. Of two that claim the same the
 * older Node has it. Pure.
 *
 * @param nextHops by block; empty for the own block, which is unreachable where no pod has the
 *     address
 * @param refused what got no route
 */
record RoutedBlocks(Map<Prefix, Optional<Addr>> nextHops, List<Refused> refused) {
    private static final Comparator<NodeView> OLDEST_FIRST =
            Comparator.<NodeView, Instant>comparing(
                            node -> node.meta().created().orElse(Instant.MAX))
                    .thenComparing(NodeView::name);

    /** A node whose block is not routed, and why. */
    record Refused(NodeView node, String reason) {}

    /**
     * The blocks of one family.
     *
     * @param self the node in whose namespace the routes are to be; empty for the fabric's
     */
    static RoutedBlocks of(
            ClusterNetwork network, IpFamily family, String self, Collection<NodeView> nodes) {
        Claims claims = new Claims(network, family);
        Map<Prefix, Optional<Addr>> nextHops = new LinkedHashMap<>();
        List<Refused> refused = new ArrayList<>();
        for (NodeView node : nodes.stream().sorted(OLDEST_FIRST).toList()) {
            Optional<Prefix> block = node.podCidr(family);
            Optional<Addr> address = node.internalIp(family);
            Optional<String> reason =
                    address.flatMap(ip -> claims.address(node, ip))
                            .or(() -> block.flatMap(prefix -> claims.block(node, prefix)));
            if (reason.isPresent()) {
                refused.add(new Refused(node, reason.get()));
            } else if (block.isPresent() && node.name().equals(self)) {
                nextHops.put(block.get(), Optional.empty());
            } else if (block.isPresent() && address.isPresent()) {
                nextHops.put(block.get(), address);
            }
        }
        return new RoutedBlocks(nextHops, refused);
    }

    private record Block(Prefix prefix, String holder) {}

    /** Who has what so far. */
    private static final class Claims {
        private final ClusterNetwork network;
        private final IpFamily family;

        /** Disjoint blocks by their first addresses. */
        private final NavigableMap<Addr, Block> blocks = new TreeMap<>();

        private final Map<Addr, String> addresses = new HashMap<>();

        Claims(ClusterNetwork network, IpFamily family) {
            this.network = network;
            this.family = family;
        }

        /** Why the node cannot have the address; empty if it has it now. */
        Optional<String> address(NodeView node, Addr address) {
            if (!network.onBridge(address)) {
                return Optional.of(
                        "InternalIP %s is not in the cluster's node range %s"
                                .formatted(address, network.nodes().get(family).orElseThrow()));
            }
            if (address.equals(network.gateway(family))) {
                return Optional.of("InternalIP %s is the gateway's".formatted(address));
            }
            String holder = addresses.putIfAbsent(address, node.name());
            return holder == null
                    ? Optional.empty()
                    : Optional.of("InternalIP %s is that of node %s".formatted(address, holder));
        }

        /** Why the node cannot have the block; empty if it has it now. */
        Optional<String> block(NodeView node, Prefix block) {
            Optional<String> foreign = network.foreign(block);
            if (foreign.isPresent()) {
                return foreign;
            }
            Optional<Block> other = overlapping(block);
            if (other.isEmpty()) {
                blocks.put(block.first(), new Block(block, node.name()));
            }
            return other.map(o ->
                    "podCIDR %s overlaps %s of node %s".formatted(block, o.prefix(), o.holder()));
        }

        private Optional<Block> overlapping(Prefix block) {
            return Stream.of(blocks.floorEntry(block.last()), blocks.floorEntry(block.first()))
                    .filter(entry -> entry != null && entry.getValue().prefix().overlaps(block))
                    .map(Map.Entry::getValue)
                    .findFirst();
        }
    }
}
