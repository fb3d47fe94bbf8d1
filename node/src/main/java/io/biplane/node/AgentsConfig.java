package io.biplane.node;

import io.biplane.network.fabric.ClusterNetwork;

import java.nio.file.Path;
import java.util.List;

/**
 * What the node agents of one process need.
 *
 * @param nodes the nodes they look after; their namespaces exist
 * @param standInsSocket the control socket of the stand-ins' process
 * @param launchStandIns starts that process when nothing answers on the socket, and returns at once
 * @param version reported as kubelet's, such as {@code v1.36.0}
 */
public record AgentsConfig(
        ClusterNetwork network,
        List<NodeConfig> nodes,
        Path standInsSocket,
        Runnable launchStandIns,
        String version) {
    public AgentsConfig {
        nodes = List.copyOf(nodes);
    }
}
