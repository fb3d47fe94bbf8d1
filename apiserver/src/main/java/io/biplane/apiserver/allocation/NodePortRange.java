package io.biplane.apiserver.allocation;

import io.biplane.netip.allocation.PortRange;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which numbers node ports may have.
 *
 * @param reserved numbers that are something else's on every node, and whose they are
 */
public record NodePortRange(PortRange range, Map<Integer, String> reserved) {
    /** Copies the map. */
    public NodePortRange {
        reserved = Map.copyOf(reserved);
    }

    /** A range of which nothing is reserved. */
    public static NodePortRange of(PortRange range) {
        return new NodePortRange(range, Map.of());
    }

    /** Why no Service may have the number; empty if one may. */
    Optional<String> fault(int number) {
        String whose = reserved.get(number);
        if (whose != null) {
            return Optional.of("provided port is %s: choose another one".formatted(whose));
        }
        return range.contains(number)
                ? Optional.empty()
                : Optional.of(
                        "provided port is not in the valid range. The range of valid ports is "
                                + range);
    }

    Set<Integer> reservedNumbers() {
        return reserved.keySet();
    }
}
