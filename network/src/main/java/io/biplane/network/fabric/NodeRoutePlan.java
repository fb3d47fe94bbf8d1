package io.biplane.network.fabric;

import io.biplane.api.view.NodeView;
import io.biplane.linux.route.Change;
import io.biplane.linux.route.Route;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What one namespace needs to reach the pods of all nodes: neighbours and routes, each with the
 * change that makes it and the words that an event has for it. Pure.
 *
 * @param self the node whose namespace it is; empty for the fabric's
 */
record NodeRoutePlan(ClusterNetwork network, String self) {

    /** What is routed in each family. */
    Map<IpFamily, RoutedBlocks> blocks(Collection<NodeView> nodes) {
        Map<IpFamily, RoutedBlocks> blocks = new EnumMap<>(IpFamily.class);
        for (IpFamily family : IpFamily.values()) {
            blocks.put(family, RoutedBlocks.of(network, family, self, nodes));
        }
        return blocks;
    }

    /** What makes each neighbour, by how it is called. */
    Map<String, Change> neighbours(Collection<NodeView> nodes, int link) {
        Map<String, Change> wanted = new LinkedHashMap<>();
        for (NodeView node : nodes) {
            for (IpFamily family : IpFamily.values()) {
                node.internalIp(family)
                        .filter(_ -> !node.name().equals(self))
                        .filter(network::onBridge)
                        .ifPresent(address ->
                                wanted.put(
                                        called(address),
                                        Wire.neighbour(
                                                link, address, network.macOnBridge(address))));
            }
        }
        return wanted;
    }

    /** What makes each route, by how it is called. */
    static Map<String, Change> routes(Collection<RoutedBlocks> blocks, int link) {
        Map<String, Change> wanted = new LinkedHashMap<>();
        for (RoutedBlocks routed : blocks) {
            routed.nextHops()
                    .forEach((block, via) ->
                            wanted.put(
                                    called(block, via),
                                    new Change.ReplaceRoute(route(block, via, link))));
        }
        return wanted;
    }

    static String called(Addr neighbour) {
        return "neighbour %s".formatted(neighbour);
    }

    static String called(Prefix destination, Optional<Addr> via) {
        return "route %s".formatted(route(destination, via, 0));
    }

    private static Route route(Prefix destination, Optional<Addr> via, int link) {
        return via.map(ip -> Route.via(destination, ip, link))
                .orElseGet(() -> Route.unreachable(destination));
    }
}
