package io.biplane.node;

import io.biplane.netip.Addr;

import java.util.List;

/**
 * A node that an agent looks after.
 *
 * @param name the Node's name
 * @param addresses its InternalIPs, the primary first, at most one of each family
 * @param maxPods what it offers as capacity ({@code --max-pods})
 */
public record NodeConfig(String name, List<Addr> addresses, int maxPods) {
    /** Upstream's default of {@code --max-pods}. */
    public static final int DEFAULT_MAX_PODS = 110;

    public NodeConfig {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("node %s has no address".formatted(name));
        }
        if (maxPods < 1) {
            throw new IllegalArgumentException("--max-pods %d is not positive".formatted(maxPods));
        }
    }

    /** With the default number of pods. */
    public static NodeConfig of(String name, List<Addr> addresses) {
        return new NodeConfig(name, addresses, DEFAULT_MAX_PODS);
    }
}
