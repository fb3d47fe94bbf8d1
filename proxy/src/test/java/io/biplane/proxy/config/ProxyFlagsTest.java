package io.biplane.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.netip.Prefix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

final class ProxyFlagsTest {
    private static ProxyFlags flags(String line) {
        Map<String, String> flags =
                Arrays.stream(line.split(" "))
                        .filter(flag -> !flag.isEmpty())
                        .map(flag -> flag.substring(2).split("=", 2))
                        .collect(Collectors.toMap(flag -> flag[0], flag -> flag[1]));
        return new ProxyFlags(flags);
    }

    @Test
    void defaults() {
        ProxyConfig config = flags("").config();
        assertThat(config)
                .isEqualTo(
                        new ProxyConfig(
                                List.of(),
                                false,
                                14,
                                "",
                                "",
                                Duration.ofSeconds(60),
                                Duration.ofMillis(20)))
                .isEqualTo(ProxyConfig.forRanges(List.of()));
    }

    @Test
    void everyFlagReachesTheConfiguration() {
        ProxyFlags flags =
                flags(
                        "--cluster-cidr=10.244.0.0/16,fc00::/24 --masquerade-all=true --bind-address=::"
                                + " --iptables-masquerade-bit=7 --hostname-override=n --kubeconfig=k"
                                + " --proxy-mode=nftables --feature-gates=IPv6DualStack=true"
                                + " --detect-local-mode=ClusterCIDR --conntrack-min=1 --v=2");
        assertThat(flags.faults()).isEmpty();
        assertThat(flags.withoutEffect()).containsExactly("conntrack-min", "v");
        assertThat(flags.config())
                .isEqualTo(
                        new ProxyConfig(
                                List.of(Prefix.parse("10.244.0.0/16"), Prefix.parse("fc00::/24")),
                                true,
                                7,
                                "n",
                                "k",
                                Duration.ofSeconds(60),
                                Duration.ofMillis(20)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--proxy-mode=ipvs | proxy mode \"ipvs\" is not built yet (--proxy-mode=ipvs: use --proxy-mode=nftables, which serves the same Services in both families)",
                "--proxy-mode=iptables | proxy mode \"iptables\" is not built yet (--proxy-mode=iptables: use --proxy-mode=nftables, which serves the same Services in both families)",
                "--proxy-mode=x | KubeProxyConfiguration.Mode.ProxyMode: Invalid value: \"x\": must be iptables, ipvs, nftables or blank (blank means the best-available proxy [currently iptables]) (--proxy-mode=x: use nftables)",
                "--bind-address=1.2.3 | KubeProxyConfiguration.BindAddress: Invalid value: \"1.2.3\": not a valid textual representation of an IP address (--bind-address=1.2.3: ",
                "--cluster-cidr=10.0.0.0/8,fc00::/24,fd00::/64 | KubeProxyConfiguration.ClusterCIDR: Invalid value: \"10.0.0.0/8,fc00::/24,fd00::/64\": only one CIDR allowed or a valid DualStack CIDR (e.g. 10.100.0.0/16,fde4:8dba:82e1::/48) (--cluster-cidr=10.0.0.0/8,fc00::/24,fd00::/64: give one range of each family)",
                "--cluster-cidr=10.0.0.0/8,11.0.0.0/8 | KubeProxyConfiguration.ClusterCIDR: Invalid value: \"10.0.0.0/8,11.0.0.0/8\": must be a valid DualStack CIDR (e.g. 10.100.0.0/16,fde4:8dba:82e1::/48) (--cluster-cidr=10.0.0.0/8,11.0.0.0/8: give one range of each family)",
                "--cluster-cidr=10.0.0.0/8,x | KubeProxyConfiguration.ClusterCIDR: Invalid value: \"10.0.0.0/8,x\": must be a valid DualStack CIDR (e.g. 10.100.0.0/16,fde4:8dba:82e1::/48) (--cluster-cidr=10.0.0.0/8,x: x: ",
                "--cluster-cidr=x | KubeProxyConfiguration.ClusterCIDR: Invalid value: \"x\": must be a valid CIDR block (e.g. 10.100.0.0/16 or fde4:8dba:82e1::/48) (--cluster-cidr=x: x: ",
                "--cluster-cidr=10.0.0.0/8,fc00::/24 --feature-gates=IPv6DualStack=false | KubeProxyConfiguration.ClusterCIDR: Invalid value: \"10.0.0.0/8,fc00::/24\": only one CIDR allowed (e.g. 10.100.0.0/16 or fde4:8dba:82e1::/48) (--cluster-cidr=10.0.0.0/8,fc00::/24: give one range, or set --feature-gates=IPv6DualStack=true)",
                "--iptables-masquerade-bit=32 | KubeProxyConfiguration.KubeProxyIPTablesConfiguration.MasqueradeBit: Invalid value: \"32\": must be within the range [0, 31] (--iptables-masquerade-bit=32: give a bit that no one else uses, e.g. 14)",
                "--detect-local-mode=NodeCIDR | detect-local-mode \"NodeCIDR\" is not built yet (--detect-local-mode=NodeCIDR: use ClusterCIDR with --cluster-cidr)",
                "--cluster-cidrs=10.0.0.0/8 | unknown flag: --cluster-cidrs (remove it)"
            })
    void aFaultNamesFlagValueAndRemedy(String line, String fault) {
        ProxyFlags flags = flags(line);
        assertThat(flags.faults()).singleElement().asString().startsWith(fault);
        assertThatThrownBy(flags::config)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(fault);
    }

    @Test
    void allFaultsAreReportedTogether() {
        assertThat(flags("--proxy-mode=ipvs --bind-address=x --cluster-cidr=y").faults())
                .hasSize(3);
    }
}
