package io.biplane.cli.component;

import io.biplane.netip.Addr;

import java.util.ArrayList;
import java.util.List;

/** What a kubelet accepts as {@code --node-ip}: one address, or one of each family. */
final class NodeIps {
    private NodeIps() {}

    /** All faults of the flag's value, in upstream's words; none for an empty value. */
    static List<String> faults(String value, FeatureGates gates) {
        if (value.isEmpty()) {
            return List.of();
        }
        List<String> faults = new ArrayList<>();
        List<Addr> addresses = new ArrayList<>();
        for (String text : value.split(",", -1)) {
            try {
                addresses.add(Addr.parse(text.strip()));
            } catch (IllegalArgumentException e) {
                faults.add(bad(value, String.valueOf(e.getMessage())));
            }
        }
        if (!faults.isEmpty()) {
            return faults;
        }
        boolean sameFamily =
                addresses.size() == 2 && addresses.get(0).family() == addresses.get(1).family();
        if (addresses.size() > 2 || sameFamily) {
            faults.add(bad(value, "must contain either a single IP or a dual-stack pair of IPs"));
        } else if (addresses.size() == 2 && addresses.stream().anyMatch(Addr::isUnspecified)) {
            faults.add(bad(value, "dual-stack node IP cannot include '0.0.0.0' or '::'"));
        } else if (addresses.size() == 2 && !gates.dualStack()) {
            faults.add(
                    "dual-stack --node-ip \"%s\" not supported in a single-stack cluster (--node-ip=%s: give one address, or set --feature-gates=IPv6DualStack=true)"
                            .formatted(value, value));
        }
        return faults;
    }

    private static String bad(String value, String why) {
        return "bad --node-ip \"%s\": %s (--node-ip=%s: give an IPv4 address, an IPv6 address, or one of each with a comma between)"
                .formatted(value, why, value);
    }
}
