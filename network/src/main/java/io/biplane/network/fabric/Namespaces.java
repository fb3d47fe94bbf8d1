package io.biplane.network.fabric;

import io.biplane.linux.NamespaceThread;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.Sysctl;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Namespaces that route: made with their sysctls, or adopted. */
final class Namespaces {
    private static final Path BRIDGE_SYSCTLS = Path.of("/proc/sys/net/bridge");

    /**
     * Made if it is not there; a name left by a process that died while it made it is made anew.
     */
    static NetworkNamespace ensure(String name) {
        if (NetworkNamespace.isBound(name)) {
            return NetworkNamespace.open(name);
        }
        NetworkNamespace.delete(name);
        return NetworkNamespace.create(name);
    }

    /**
     * What a router of ours needs, to be set before it has links: forwarding, no filter on the way
     * back, nothing learned from others, no wait for duplicate addresses, no firewall on the
     * bridge.
     */
    private static Map<String, String> routerSysctls() {
        Map<String, String> values = new LinkedHashMap<>();
        for (String scope : new String[] {"all", "default"}) {
            String v4 = "net/ipv4/conf/%s/".formatted(scope);
            values.put(v4 + "rp_filter", "0");
            values.put(v4 + "send_redirects", "0");
            values.put(v4 + "accept_redirects", "0");
            String v6 = "net/ipv6/conf/%s/".formatted(scope);
            values.put(v6 + "disable_ipv6", "0");
            values.put(v6 + "accept_ra", "0");
            values.put(v6 + "accept_redirects", "0");
            values.put(v6 + "accept_dad", "0");
        }
        values.put("net/ipv4/ip_forward", "1");
        values.put("net/ipv6/conf/all/forwarding", "1");
        if (Files.isDirectory(BRIDGE_SYSCTLS)) { // br_netfilter is loaded
            for (String table : new String[] {"iptables", "ip6tables", "arptables"}) {
                values.put("net/bridge/bridge-nf-call-" + table, "0");
            }
        }
        return values;
    }

    /**
     * Sets what a router needs and is not so.
     *
     * @return what was otherwise, such as {@code net/ipv4/ip_forward was 0}
     */
    static List<String> repairRouter(NetworkNamespace namespace) {
        return NamespaceThread.in(
                namespace,
                () -> {
                    List<String> repaired = new ArrayList<>();
                    routerSysctls()
                            .forEach((key, value) -> {
                                String found = Sysctl.get(key);
                                if (!found.equals(value)) {
                                    Sysctl.set(key, value);
                                    repaired.add("%s was %s".formatted(key, found));
                                }
                            });
                    return repaired;
                });
    }

    /**
     * Has the host learn nothing from router advertisements on a link of ours, whatever its links
     * inherit.
     *
     * @return what was otherwise
     */
    static List<String> refuseAdvertisements(NetworkNamespace namespace, String link) {
        String key = "net/ipv6/conf/%s/accept_ra".formatted(link);
        return NamespaceThread.in(
                namespace,
                () -> {
                    String found = Sysctl.get(key);
                    if (found.equals("0")) {
                        return List.of();
                    }
                    Sysctl.set(key, "0");
                    return List.of("%s was %s".formatted(key, found));
                });
    }

    private Namespaces() {}
}
