package io.biplane.linux.route.desired;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.route.Change;
import io.biplane.linux.route.Mac;
import io.biplane.linux.route.RouteSocket;
import io.biplane.linux.route.desired.DesiredLink.LinkRoute;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.TestNamespaces;
import io.biplane.linux.testing.Witness;
import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

@KernelTest
final class DifferenceKernelTest {
    private static final Mac OWN = Mac.local(1);
    private static final Mac OTHER = Mac.local(2);
    private static final Addr GATEWAY4 = Addr.parse("10.1.0.254");
    private static final Addr GATEWAY6 = Addr.parse("fd00:1::fe");
    private static final DesiredNetwork DESIRED =
            new DesiredNetwork(
                    List.of(
                            DesiredLink.named("lo"),
                            DesiredLink.named("eth0")
                                    .withMac(OWN)
                                    .withMtu(1500)
                                    .withoutArp()
                                    .with(Addr.parse("10.1.0.1"), 24)
                                    .with(Addr.parse("fd00:1::1"), 64)
                                    .withNeighbour(GATEWAY4, OTHER)
                                    .withNeighbour(GATEWAY6, OTHER)
                                    .with(LinkRoute.via(Prefix.parse("0.0.0.0/0"), GATEWAY4))
                                    .with(LinkRoute.via(Prefix.parse("::/0"), GATEWAY6))
                                    .with(
                                            LinkRoute.via(Prefix.parse("10.7.0.0/16"), GATEWAY4)
                                                    .from(Addr.parse("10.1.0.1")))
                                    .with(LinkRoute.direct(Prefix.parse("10.8.0.5/32")))
                                    .with(LinkRoute.direct(Prefix.parse("fd00:8::5/128")))),
                    List.of(Prefix.parse("10.9.0.0/16"), Prefix.parse("fd00:9::/64")));

    @RegisterExtension final TestNamespaces namespaces = new TestNamespaces();
    private NetworkNamespace namespace;

    @BeforeEach
    void aLink() {
        namespace = namespaces.create();
        try (RouteSocket socket = RouteSocket.open(namespace)) {
            socket.apply(
                    new Change.AddVeth(
                            Change.VethEnd.here("eth0", OWN),
                            Change.VethEnd.here("far", OTHER),
                            1500),
                    Change.SetLink.upWithoutAutoconf("far"));
            repair(socket);
        }
    }

    private static Difference repair(RouteSocket socket) {
        Difference difference = Difference.between(Snapshot.read(socket), DESIRED);
        socket.ensure(difference.changes());
        return difference;
    }

    private String seen() {
        return String.join(
                "\n",
                Witness.run(namespace, "", "ip", "-o", "addr"),
                Witness.run(namespace, "", "ip", "route"),
                Witness.run(namespace, "", "ip", "-6", "route"),
                Witness.run(namespace, "", "ip", "neigh"));
    }

    @Test
    void whatIsRightNeedsNoChange() {
        try (RouteSocket socket = RouteSocket.open(namespace)) {
            Difference difference = Difference.between(Snapshot.read(socket), DESIRED);
            assertThat(difference.texts()).isEmpty();
            assertThat(difference.changes()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ip link set eth0 down | link eth0 is down",
                "ip link set lo down | link lo is down",
                "ip link set eth0 mtu 1300 | link eth0 has MTU 1300",
                "ip link set eth0 address 02:00:00:00:00:99 | link eth0 has not the address 02:00:00:00:00:01",
                "ip link set eth0 arp on | link eth0 has ARP on",
                "ip addr del 10.1.0.1/24 dev eth0 | eth0: address 10.1.0.1/24 is missing",
                "ip addr del fd00:1::1/64 dev eth0 | eth0: address fd00:1::1/64 is missing",
                "ip addr flush dev eth0 | eth0: address fd00:1::1/64 is missing",
                "ip route del default | eth0: route 0.0.0.0/0 via 10.1.0.254 is missing",
                "ip -6 route del default | eth0: route ::/0 via fd00:1::fe is missing",
                "ip route replace default dev lo | eth0: route 0.0.0.0/0 via 10.1.0.254 is missing",
                "ip route replace 10.7.0.0/16 via 10.1.0.254 dev eth0 onlink | eth0: route 10.7.0.0/16 via 10.1.0.254 is missing",
                "ip route del 10.8.0.5 | eth0: route 10.8.0.5/32 is missing",
                "ip -6 route del fd00:8::5 | eth0: route fd00:8::5/128 is missing",
                "ip route del 10.1.0.0/24 | eth0: route 10.1.0.0/24 is missing",
                "ip -6 route del fd00:1::/64 | eth0: route fd00:1::/64 is missing",
                "ip route del unreachable 10.9.0.0/16 | unreachable route 10.9.0.0/16 is missing",
                "ip -6 route del unreachable fd00:9::/64 dev lo | unreachable route fd00:9::/64 is missing",
                "ip neigh del 10.1.0.254 dev eth0 | eth0: neighbour 10.1.0.254 is missing",
                "ip neigh replace fd00:1::fe lladdr 02:00:00:00:00:98 dev eth0 | eth0: neighbour fd00:1::fe is missing",
                "ip neigh replace fd00:1::fe lladdr 02:00:00:00:00:02 dev eth0 nud stale | eth0: neighbour fd00:1::fe is missing",
            })
    void damageIsNamedAndRepairedInOneTurn(String damage, String named) {
        List<String> whole = normal(seen());
        Witness.run(namespace, "", damage.split(" ", -1));
        try (RouteSocket socket = RouteSocket.open(namespace)) {
            assertThat(repair(socket).texts()).contains(named);
            Difference left = Difference.between(Snapshot.read(socket), DESIRED);
            assertThat(left.texts()).isEmpty();
        }
        assertThat(normal(seen())).isEqualTo(whole);
    }

    /** Order and origin may differ after a repair. */
    private static List<String> normal(String text) {
        return text.lines()
                .map(line ->
                        line.replaceAll(
                                        "proto (kernel|static|boot)|metric \\d+|src \\S+|scope \\w+",
                                        "")
                                .replaceAll("^\\d+:", "")
                                .replaceAll("\\s+", " ")
                                .strip())
                .sorted()
                .toList();
    }

    @Test
    void aMissingLinkIsNamedOnly() {
        Witness.run(namespace, "", "ip", "link", "del", "eth0");
        try (RouteSocket socket = RouteSocket.open(namespace)) {
            Difference difference = Difference.between(Snapshot.read(socket), DESIRED);
            assertThat(difference.missingLinks()).containsExactly("eth0");
            assertThat(difference.texts()).isEmpty();
            assertThat(difference.isNone()).isFalse();
            assertThat(difference.changes()).isEmpty();
        }
    }
}
