package io.biplane.cli.component;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The value of {@code --feature-gates}: {@code Name=true,Name=false}. Biplane has one gate of its
 * own, {@code IPv6DualStack}; gates that dual-stack clusters of any release set beside it are
 * accepted and say nothing, so that scripts written for them run unchanged.
 *
 * @param values the gates that were given
 */
public record FeatureGates(Map<String, Boolean> values) {
    /** Whether two families are allowed; true unless it is said otherwise. */
    public static final String IPV6_DUAL_STACK = "IPv6DualStack";

    private static final TreeSet<String> KNOWN =
            new TreeSet<>(
                    List.of(
                            IPV6_DUAL_STACK,
                            "AllAlpha",
                            "AllBeta",
                            "EndpointSlice",
                            "EndpointSliceProxying",
                            "ServiceTopology",
                            "PodHostIPs",
                            "NFTablesProxyMode",
                            "MultiCIDRServiceAllocator",
                            "CloudDualStackNodeIPs"));

    public FeatureGates {
        values = Map.copyOf(values);
    }

    /** No gate given. */
    public static FeatureGates none() {
        return new FeatureGates(Map.of());
    }

    /**
     * Reads the flag's value.
     *
     * @throws IllegalArgumentException naming every wrong entry
     */
    public static FeatureGates parse(String text) {
        Map<String, Boolean> values = new LinkedHashMap<>();
        List<String> faults = new ArrayList<>();
        for (String entry : text.split(",", -1)) {
            String[] pair = entry.strip().split("=", 2);
            if (entry.isBlank()) {
                continue;
            }
            if (pair.length < 2) {
                faults.add(
                        "missing bool value for %s (--feature-gates=%s: write %s=true or %s=false)"
                                .formatted(pair[0], text, pair[0], pair[0]));
            } else if (!KNOWN.contains(pair[0])) {
                faults.add(
                        "unrecognized feature gate: %s (--feature-gates=%s: known are %s)"
                                .formatted(pair[0], text, String.join(", ", KNOWN)));
            } else if (!pair[1].equals("true") && !pair[1].equals("false")) {
                faults.add(
                        "invalid value of %s=%s, err: not a bool (--feature-gates=%s: write true or false)"
                                .formatted(pair[0], pair[1], text));
            } else {
                values.put(pair[0], Boolean.valueOf(pair[1]));
            }
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
        return new FeatureGates(values);
    }

    /** Whether a cluster, node or Service may have two families. */
    public boolean dualStack() {
        return values.getOrDefault(IPV6_DUAL_STACK, true);
    }
}
