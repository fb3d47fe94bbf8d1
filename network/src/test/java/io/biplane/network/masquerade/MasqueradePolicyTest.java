package io.biplane.network.masquerade;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.netip.Prefix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

final class MasqueradePolicyTest {
    private static List<Prefix> prefixes(String text) {
        return Stream.of(text.split(" ")).filter(p -> !p.isEmpty()).map(Prefix::parse).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "10.244.0.0/16 fd00:10:244::/56, 10.244.0.0/16 fd00:10:244::/56",
        "10.244.0.0/16 2600:1f00::/40, 10.244.0.0/16",
        "fc00::/24, fc00::/24",
        "8.0.0.0/8 2600::/32, ''",
        "172.0.0.0/8, 172.16.0.0/12",
        "100.64.0.0/12 192.168.7.0/24, 100.64.0.0/12 192.168.7.0/24"
    })
    void onlyNonPublicPodAddressesAreTranslated(String pods, String sources) {
        ClusterRanges cluster = new ClusterRanges(prefixes(pods), List.of(), List.of());
        assertThat(MasqueradePolicy.of(cluster).sources()).isEqualTo(prefixes(sources));
    }

    @Test
    void podsServicesNodesLinkLocalAndMulticastAreLeftAlone() {
        ClusterRanges cluster =
                new ClusterRanges(
                        prefixes("10.244.0.0/16 fd00:10:244::/56"),
                        prefixes("10.96.0.0/16 fd00:10:96::/112"),
                        prefixes("172.30.0.0/20 fd00:172:30::/64 10.244.7.0/24"));
        assertThat(
                        MasqueradePolicy.of(cluster).untouched().stream()
                                .map(Prefix::toString)
                                .collect(Collectors.joining(" ")))
                .isEqualTo(
                        "10.96.0.0/16 10.244.0.0/16 169.254.0.0/16 172.30.0.0/20 224.0.0.0/4"
                                + " 255.255.255.255/32 fd00:10:96::/112 fd00:10:244::/56"
                                + " fd00:172:30::/64 fe80::/10 ff00::/8");
    }

    @Test
    void theHostsTablesBearTheClustersName() {
        List<DesiredTable> tables =
                HostEgress.tables("blue", "bp-blue", prefixes("172.30.0.0/20 198.18.0.0/25"));
        assertThat(tables).hasSize(1);
        assertThat(tables.getFirst().table()).hasToString("ip biplane-blue");
        assertThat(tables.getFirst().rules().getFirst())
                .hasToString(
                        "ip saddr @sources meta oifname != \"bp-blue\" masquerade fully-random");
    }
}
