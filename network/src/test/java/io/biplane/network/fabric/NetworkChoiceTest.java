package io.biplane.network.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.netip.Addr;
import io.biplane.netip.DualStack;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class NetworkChoiceTest {

    private static HostRoute route(String destination, String device) {
        return new HostRoute(Prefix.parse(destination), Optional.empty(), device);
    }

    private static DualStack<Prefix> ranges(String... prefixes) {
        return DualStack.ofPrefixes(Stream.of(prefixes).map(Prefix::parse).toList());
    }

    private static NetworkChoice defaults() {
        return new NetworkChoice("biplane", Optional.empty(), Optional.empty());
    }

    @Test
    void plansAreDisjoint() {
        List<Prefix> all =
                IntStream.range(0, ClusterNetwork.PLANS)
                        .mapToObj(i -> ClusterNetwork.plan("a", i))
                        .flatMap(n ->
                                Stream.of(
                                        n.pods(),
                                        n.services(),
                                        n.nodes(),
                                        n.transit(),
                                        n.outside()))
                        .flatMap(r -> r.values().stream())
                        .toList();
        for (int i = 0; i < all.size(); i++) {
            for (int j = i + 1; j < all.size(); j++) {
                assertThat(all.get(i).overlaps(all.get(j)))
                        .as("%s and %s", all.get(i), all.get(j))
                        .isFalse();
            }
        }
    }

    @Test
    void theFirstPlanIsTakenOnAnEmptyHost() {
        ClusterNetwork network =
                defaults()
                        .against(
                                List.of(
                                        route("0.0.0.0/0", "eth0"),
                                        route("192.0.2.0/24", "eth0"),
                                        route("::/0", "eth0"),
                                        route("fd00::/64", "eth0"),
                                        route("fe80::/64", "eth0")));
        assertThat(network).isEqualTo(ClusterNetwork.plan("biplane", 0));
        assertThat(network.pods()).isEqualTo(ranges("10.244.0.0/16", "fd00:10:244::/56"));
        assertThat(network.services()).isEqualTo(ranges("10.96.0.0/16", "fd00:10:96::/112"));
        assertThat(network.node(1, IpFamily.IPV4)).hasToString("172.30.0.11");
        assertThat(network.node(1, IpFamily.IPV6)).hasToString("fd00:172:30::b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.244.3.0/24",
                "10.96.0.0/12",
                "172.30.0.1/32",
                "fd00:10:244::/64",
                "198.18.0.2/32",
                "2001:db8:18::/48"
            })
    void aClashingPlanIsPassedOver(String destination) {
        ClusterNetwork network = null;
        try {
            network = defaults().against(List.of(route(destination, "eth9")));
        } catch (NetworkClashException e) {
            assertThat(destination).isIn("10.96.0.0/12", "2001:db8:18::/48"); // covers all plans
            assertThat(e)
                    .hasMessageStartingWith("none of the 16 default plans fits this host: ")
                    .hasMessageContaining("overlaps \"%s dev eth9\"".formatted(destination));
            return;
        }
        assertThat(network).isEqualTo(ClusterNetwork.plan("biplane", 1));
    }

    @Test
    void aGivenRangeThatClashesIsRefusedWithRouteFlagAndRemedy() {
        HostRoute vpn =
                new HostRoute(
                        Prefix.parse("10.0.0.0/8"), Optional.of(Addr.parse("192.0.2.9")), "tun0");
        NetworkChoice choice =
                new NetworkChoice(
                        "biplane",
                        Optional.of(ranges("10.244.0.0/16", "fc00::/24")),
                        Optional.empty());
        assertThatThrownBy(() -> choice.against(List.of(vpn)))
                .isInstanceOf(NetworkClashException.class)
                .hasMessage(
                        "--cluster-cidr 10.244.0.0/16 overlaps the host's route \"10.0.0.0/8 via"
                                + " 192.0.2.9 dev tun0\" (give another range by --cluster-cidr, or"
                                + " remove that route)");
    }

    @Test
    void allThatSpeaksAgainstGivenRangesIsToldAtOnce() {
        NetworkChoice choice =
                new NetworkChoice(
                        "biplane",
                        Optional.of(ranges("10.0.0.0/16")),
                        Optional.of(ranges("fd00::/112", "10.0.128.0/17")));
        assertThat(choice.faults(List.of(route("10.0.3.0/24", "eth9"), route("fd00::/64", "eth8"))))
                .containsExactly(
                        "--cluster-cidr 10.0.0.0/16 overlaps the host's route \"10.0.3.0/24 dev eth9\" (give another range by --cluster-cidr, or remove that route)",
                        "--service-cluster-ip-range fd00::/112 overlaps the host's route \"fd00::/64 dev eth8\" (give another range by --service-cluster-ip-range, or remove that route)",
                        "--cluster-cidr 10.0.0.0/16 overlaps --service-cluster-ip-range 10.0.128.0/17: an address there would be a pod's and a Service's (give ranges that do not overlap)",
                        "--service-cluster-ip-range fd00::/112: no pod has an IPv6 address to answer there (add an IPv6 range to --cluster-cidr, or put another family first)");
    }

    @Test
    void aRangeThatCoversAllDefaultsAsksForTheOthers() {
        NetworkChoice choice =
                new NetworkChoice(
                        "biplane",
                        Optional.of(ranges("10.0.0.0/8", "fd01::/56")),
                        Optional.empty());
        assertThat(choice.faults(List.of()))
                .containsExactly(
                        "none of the 16 default plans fits this host: 10.96.0.0/16 overlaps the given 10.0.0.0/8; 10.97.0.0/16 overlaps the given 10.0.0.0/8; and so on (give ranges that are free and do not overlap by --cluster-cidr and --service-cluster-ip-range, or remove the routes)");
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.0.0/16, 10.96.0.0/16",
        "fd01::/56, fd00:10:96::/112",
    })
    void defaultServicesHaveThePodsFamily(String pods, String services) {
        assertThat(
                        new NetworkChoice("biplane", Optional.of(ranges(pods)), Optional.empty())
                                .against(List.of())
                                .services())
                .isEqualTo(ranges(services));
    }

    @Test
    void ownRoutesDoNotClash() {
        assertThat(defaults().against(List.of(route("10.244.0.0/16", "bp-biplane"))))
                .isEqualTo(ClusterNetwork.plan("biplane", 0));
    }

    @Test
    void givenRangesKeepTheirOrderAndMoveThePlanAside() {
        ClusterNetwork network =
                new NetworkChoice(
                                "biplane",
                                Optional.of(ranges("fd00:172:30::/64", "172.30.0.0/24")),
                                Optional.empty())
                        .against(List.of());
        assertThat(network.pods()).isEqualTo(ranges("fd00:172:30::/64", "172.30.0.0/24"));
        assertThat(network.nodeAddresses(2).getFirst().family()).isEqualTo(IpFamily.IPV6);
    }

    @Test
    void jsonKeepsAll() {
        ClusterNetwork network =
                ClusterNetwork.plan("a", 3).with(ranges("10.1.0.0/16"), ranges("fd01::/112"));
        assertThat(ClusterNetwork.of(network.toJson())).isEqualTo(network);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "1a", "a-", "abcdefghijklm", "a_b"})
    void namesThatDoNotFitLinksAreRefused(String name) {
        assertThatThrownBy(() -> ClusterNetwork.plan(name, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
