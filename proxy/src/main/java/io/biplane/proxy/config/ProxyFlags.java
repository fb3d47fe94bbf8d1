package io.biplane.proxy.config;

import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * kube-proxy's command line: upstream's flag names and, in the faults, upstream's sentences, each
 * followed by the flag, its value and the remedy in parentheses.
 */
public final class ProxyFlags {
    /** Flags with an effect here. */
    private static final Set<String> BUILT =
            Set.of(
                    "bind-address",
                    "cluster-cidr",
                    "proxy-mode",
                    "detect-local-mode",
                    "masquerade-all",
                    "iptables-masquerade-bit",
                    "hostname-override",
                    "kubeconfig",
                    "feature-gates");

    /** Flags that upstream has and that are accepted without an effect. */
    private static final Set<String> WITHOUT_EFFECT =
            Set.of(
                    "cleanup",
                    "cleanup-ipvs",
                    "config",
                    "config-sync-period",
                    "conntrack-max-per-core",
                    "conntrack-min",
                    "conntrack-tcp-be-liberal",
                    "conntrack-tcp-timeout-close-wait",
                    "conntrack-tcp-timeout-established",
                    "conntrack-udp-timeout",
                    "conntrack-udp-timeout-stream",
                    "healthz-bind-address",
                    "healthz-port",
                    "init-only",
                    "iptables-localhost-nodeports",
                    "iptables-min-sync-period",
                    "iptables-sync-period",
                    "ipvs-exclude-cidrs",
                    "ipvs-min-sync-period",
                    "ipvs-scheduler",
                    "ipvs-strict-arp",
                    "ipvs-sync-period",
                    "ipvs-tcp-timeout",
                    "ipvs-tcpfin-timeout",
                    "ipvs-udp-timeout",
                    "kube-api-burst",
                    "kube-api-qps",
                    "master",
                    "metrics-bind-address",
                    "metrics-port",
                    "nodeport-addresses",
                    "oom-score-adj",
                    "pod-bridge-interface",
                    "pod-interface-name-prefix",
                    "profiling",
                    "proxy-port-range",
                    "show-hidden-metrics-for-version",
                    "udp-timeout",
                    "v",
                    "write-config-to");

    private static final String DUAL = "(e.g. 10.100.0.0/16,fde4:8dba:82e1::/48)";
    private static final String EITHER = "(e.g. 10.100.0.0/16 or fde4:8dba:82e1::/48)";

    private final Map<String, String> flags;
    private final List<String> faults = new ArrayList<>();
    private final List<Prefix> clusterCidr = new ArrayList<>();
    private int masqueradeBit = ProxyConfig.DEFAULT_MASQUERADE_BIT;

    /**
     * @param flags values by name without dashes; a boolean flag without value is "true"
     */
    public ProxyFlags(Map<String, String> flags) {
        this.flags = new TreeMap<>(flags);
        checkNames();
        checkBindAddress();
        checkClusterCidr();
        checkMode();
        checkDetectLocalMode();
        checkMasqueradeBit();
    }

    /** All faults at once, empty when the proxy can start. */
    public List<String> faults() {
        return List.copyOf(faults);
    }

    /** Flags that were given and have no effect, to be told to the user at the start. */
    public List<String> withoutEffect() {
        return flags.keySet().stream().filter(WITHOUT_EFFECT::contains).toList();
    }

    /**
     * The configuration.
     *
     * @throws IllegalStateException if there are {@link #faults}
     */
    public ProxyConfig config() {
        if (!faults.isEmpty()) {
            throw new IllegalStateException(String.join("; ", faults));
        }
        return new ProxyConfig(
                clusterCidr,
                flags.getOrDefault("masquerade-all", "false").equals("true"),
                masqueradeBit,
                flags.getOrDefault("hostname-override", ""),
                flags.getOrDefault("kubeconfig", ""),
                ProxyConfig.DEFAULT_SYNC_PERIOD,
                ProxyConfig.DEFAULT_COALESCE);
    }

    private void checkNames() {
        for (String name : flags.keySet()) {
            if (!BUILT.contains(name) && !WITHOUT_EFFECT.contains(name)) {
                faults.add("unknown flag: --%s (remove it)".formatted(name));
            }
        }
    }

    private void checkBindAddress() {
        String text = flags.getOrDefault("bind-address", "0.0.0.0");
        try {
            Addr.parse(text);
        } catch (IllegalArgumentException e) {
            fault(
                    "BindAddress",
                    text,
                    "not a valid textual representation of an IP address",
                    "bind-address",
                    String.valueOf(e.getMessage()));
        }
    }

    private void checkClusterCidr() {
        String text = flags.getOrDefault("cluster-cidr", "");
        if (text.isEmpty()) {
            return;
        }
        String[] entries = text.split(",", -1);
        List<String> bad = new ArrayList<>();
        for (String entry : entries) {
            try {
                clusterCidr.add(Prefix.parseMasked(entry));
            } catch (IllegalArgumentException e) {
                bad.add("%s: %s".formatted(entry, e.getMessage()));
            }
        }
        if (entries.length > 2) {
            clusterCidrFault(
                    text,
                    "only one CIDR allowed or a valid DualStack CIDR " + DUAL,
                    "give one range of each family");
        } else if (entries.length == 2 && !dualStackGate()) {
            clusterCidrFault(
                    text,
                    "only one CIDR allowed " + EITHER,
                    "give one range, or set --feature-gates=IPv6DualStack=true");
        } else if (!bad.isEmpty()) {
            clusterCidrFault(
                    text,
                    entries.length == 2
                            ? "must be a valid DualStack CIDR " + DUAL
                            : "must be a valid CIDR block " + EITHER,
                    String.join("; ", bad));
        } else if (entries.length == 2
                && clusterCidr.get(0).family() == clusterCidr.get(1).family()) {
            clusterCidrFault(
                    text,
                    "must be a valid DualStack CIDR " + DUAL,
                    "give one range of each family");
        }
    }

    private boolean dualStackGate() {
        return !List.of(flags.getOrDefault("feature-gates", "").split(",", -1))
                .contains("IPv6DualStack=false");
    }

    private void checkMode() {
        String mode = flags.getOrDefault("proxy-mode", "nftables");
        switch (mode) {
            case "", "nftables" -> {}
            case "ipvs", "iptables" ->
                    faults.add(
                            "proxy mode \"%s\" is not built yet (--proxy-mode=%s: use --proxy-mode=nftables, which serves the same Services in both families)"
                                    .formatted(mode, mode));
            default ->
                    fault(
                            "Mode.ProxyMode",
                            mode,
                            "must be iptables, ipvs, nftables or blank (blank means the best-available proxy [currently iptables])",
                            "proxy-mode",
                            "use nftables");
        }
    }

    private void checkDetectLocalMode() {
        String mode = flags.getOrDefault("detect-local-mode", "");
        if (!mode.isEmpty() && !mode.equals("ClusterCIDR")) {
            faults.add(
                    "detect-local-mode \"%s\" is not built yet (--detect-local-mode=%s: use ClusterCIDR with --cluster-cidr)"
                            .formatted(mode, mode));
        }
    }

    private void checkMasqueradeBit() {
        String text = flags.getOrDefault("iptables-masquerade-bit", "");
        if (text.isEmpty()) {
            return;
        }
        if (text.matches("[0-9]{1,2}") && Integer.parseInt(text) <= 31) {
            masqueradeBit = Integer.parseInt(text);
        } else {
            fault(
                    "KubeProxyIPTablesConfiguration.MasqueradeBit",
                    text,
                    "must be within the range [0, 31]",
                    "iptables-masquerade-bit",
                    "give a bit that no one else uses, e.g. 14");
        }
    }

    private void clusterCidrFault(String value, String sentence, String remedy) {
        fault("ClusterCIDR", value, sentence, "cluster-cidr", remedy);
    }

    private void fault(String field, String value, String sentence, String flag, String remedy) {
        faults.add(
                "KubeProxyConfiguration.%s: Invalid value: \"%s\": %s (--%s=%s: %s)"
                        .formatted(field, value, sentence, flag, value, remedy));
    }
}
