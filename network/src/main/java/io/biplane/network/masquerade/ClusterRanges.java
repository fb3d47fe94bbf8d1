package io.biplane.network.masquerade;

import io.biplane.netip.Prefix;

import java.util.List;

/** The ranges of a cluster, of both families in any order. */
public record ClusterRanges(List<Prefix> pods, List<Prefix> services, List<Prefix> nodes) {
    public ClusterRanges {
        pods = List.copyOf(pods);
        services = List.copyOf(services);
        nodes = List.copyOf(nodes);
    }
}
