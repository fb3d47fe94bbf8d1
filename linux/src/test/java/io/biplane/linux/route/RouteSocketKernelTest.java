package io.biplane.linux.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.linux.Errno;
import io.biplane.linux.NamespaceThread;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.route.Change.AddAddress;
import io.biplane.linux.route.Change.AddBridge;
import io.biplane.linux.route.Change.AddVeth;
import io.biplane.linux.route.Change.DeleteLink;
import io.biplane.linux.route.Change.DeleteNeighbour;
import io.biplane.linux.route.Change.DeleteRoute;
import io.biplane.linux.route.Change.ReplaceNeighbour;
import io.biplane.linux.route.Change.ReplaceRoute;
import io.biplane.linux.route.Change.SetLink;
import io.biplane.linux.route.Change.VethEnd;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.TestNamespaces;
import io.biplane.linux.testing.Witness;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import tools.jackson.databind.JsonNode;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

@KernelTest
final class RouteSocketKernelTest {
    private static final Mac HOST = Mac.parse("02:00:00:00:00:01");
    private static final Mac POD = Mac.parse("02:00:00:00:00:02");
    private static final Addr POD4 = Addr.parse("10.9.0.5");
    private static final Addr POD6 = Addr.parse("fd00:9::5");
    private static final Addr GATEWAY4 = Addr.parse("169.254.1.1");
    private static final Addr GATEWAY6 = Addr.parse("fe80::1");

    @RegisterExtension final TestNamespaces namespaces = new TestNamespaces();
    private NetworkNamespace node;
    private NetworkNamespace pod;

    @BeforeEach
    void makeNamespaces() {
        node = namespaces.create();
        pod = namespaces.create();
    }

    /** A pod as the pod network makes it: full-length addresses, a gateway that is no one's. */
    private void connect() {
        try (RouteSocket inNode = RouteSocket.open(node);
                RouteSocket inPod = RouteSocket.open(pod)) {
            inNode.apply(
                    new AddVeth(VethEnd.here("v0", HOST), VethEnd.in(pod, "eth0", POD, 2), 1400),
                    SetLink.upWithoutAutoconf("v0"));
            inPod.apply(
                    SetLink.upWithoutAutoconf("eth0"),
                    new AddAddress(Address.of(2, POD4, 32)),
                    new AddAddress(Address.of(2, POD6, 128)),
                    new ReplaceNeighbour(Neighbour.permanent(2, GATEWAY4, HOST)),
                    new ReplaceNeighbour(Neighbour.permanent(2, GATEWAY6, HOST)),
                    new ReplaceRoute(Route.via(Prefix.parse("0.0.0.0/0"), GATEWAY4, 2)),
                    new ReplaceRoute(Route.via(Prefix.parse("::/0"), GATEWAY6, 2)));
            int index = inNode.link("v0").orElseThrow().index();
            List<Change> changes = new ArrayList<>();
            for (Addr addr : List.of(POD4, POD6)) {
                Prefix prefix = new Prefix(addr, addr.family().bits());
                changes.add(new ReplaceRoute(Route.direct(prefix, index)));
                changes.add(new ReplaceNeighbour(Neighbour.permanent(index, addr, POD)));
            }
            int lo = inNode.link("lo").orElseThrow().index();
            changes.add(new AddAddress(Address.of(lo, Addr.parse("10.9.0.1"), 32)));
            changes.add(new AddAddress(Address.of(lo, Addr.parse("fd00:9::1"), 128)));
            inNode.apply(changes);
        }
    }

    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void aLinksOwnAreThoseOfAllThatAreOnIt(IpFamily family) {
        connect();
        try (RouteSocket inNode = RouteSocket.open(node)) {
            inNode.apply(
                    new ReplaceRoute(Route.unreachable(Prefix.parse("10.8.0.0/16"))),
                    new ReplaceRoute(Route.unreachable(Prefix.parse("fd00:8::/64"))));
            for (String name : List.of("lo", "v0")) {
                int link = inNode.link(name).orElseThrow().index();
                assertThat(inNode.addresses(link))
                        .isEqualTo(
                                inNode.addresses().stream()
                                        .filter(a -> a.linkIndex() == link)
                                        .toList());
                assertThat(inNode.routes(family, link))
                        .isEqualTo(
                                inNode.routes(family).stream()
                                        .filter(r -> r.linkIndex() == link)
                                        .toList());
                assertThat(inNode.neighbours(family, link))
                        .isEqualTo(
                                inNode.neighbours(family).stream()
                                        .filter(n -> n.linkIndex() == link)
                                        .toList());
            }
            int link = inNode.link("v0").orElseThrow().index();
            assertThat(inNode.routes(family, link)).as("the pod's").isNotEmpty();
            assertThat(inNode.neighbours(family, link)).as("the pod's").isNotEmpty();
            assertThat(inNode.unreachable(family))
                    .singleElement()
                    .satisfies(r -> assertThat(r.kind()).isEqualTo(Route.Kind.UNREACHABLE));
        }
    }

    @Test
    void whatIsAskedOfALinkThatIsGoneSaysSo() {
        try (RouteSocket inNode = RouteSocket.open(node)) {
            assertThatThrownBy(() -> inNode.addresses(4711))
                    .isInstanceOfSatisfying(
                            NetlinkException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
        }
    }

    @Test
    void ipSeesTheWholePodAsItWasAskedFor() {
        connect();
        JsonNode link = Witness.ip(pod, "-d", "link", "show", "eth0").get(0);
        assertThat(link.get("ifindex").asInt()).isEqualTo(2);
        assertThat(link.get("mtu").asInt()).isEqualTo(1400);
        assertThat(link.get("address").asString()).isEqualTo(POD.toString());
        assertThat(link.get("operstate").asString()).isEqualTo("UP");
        assertThat(link.get("inet6_addr_gen_mode").asString()).isEqualTo("none");
        assertThat(addresses(pod, "eth0"))
                .containsExactly("10.9.0.5/32 global", "fd00:9::5/128 global nodad");
        assertThat(addresses(node, "v0")).isEmpty();
        assertThat(routes(pod, "-4")).containsExactly("default via 169.254.1.1 dev eth0 onlink");
        assertThat(routes(pod, "-6"))
                .containsExactlyInAnyOrder(
                        "fd00:9::5 dev eth0", "default via fe80::1 dev eth0 onlink");
        assertThat(routes(node, "-4")).containsExactly("10.9.0.5 dev v0");
        assertThat(Witness.ip(pod, "neigh").toString())
                .isEqualTo(
                        "[{\"dst\":\"169.254.1.1\",\"dev\":\"eth0\",\"lladdr\":\"02:00:00:00:00:01\",\"state\":[\"PERMANENT\"]},"
                                + "{\"dst\":\"fe80::1\",\"dev\":\"eth0\",\"lladdr\":\"02:00:00:00:00:01\",\"state\":[\"PERMANENT\"]}]");
    }

    private static List<String> addresses(NetworkNamespace namespace, String link) {
        List<String> found = new ArrayList<>();
        for (JsonNode info : Witness.ip(namespace, "addr", "show", link).get(0).get("addr_info")) {
            found.add(
                    "%s/%s %s%s"
                            .formatted(
                                    info.get("local").asString(),
                                    info.get("prefixlen"),
                                    info.get("scope").asString(),
                                    info.has("nodad") ? " nodad" : ""));
        }
        return found;
    }

    private static List<String> routes(NetworkNamespace namespace, String family) {
        List<String> found = new ArrayList<>();
        for (JsonNode route : Witness.ip(namespace, family, "route")) {
            boolean onlink = route.get("flags").toString().contains("onlink");
            found.add(
                    route.get("dst").asString()
                            + (route.has("gateway")
                                    ? " via " + route.get("gateway").asString()
                                    : "")
                            + " dev "
                            + route.get("dev").asString()
                            + (onlink ? " onlink" : ""));
        }
        return found;
    }

    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void tcpReachesThePodAtOnce(IpFamily family) throws Exception {
        connect();
        Addr addr = family == IpFamily.IPV4 ? POD4 : POD6;
        InetSocketAddress there = new InetSocketAddress(addr.toInetAddress(), 8080);
        try (ServerSocketChannel server =
                        NamespaceThread.in(pod, () -> ServerSocketChannel.open().bind(there));
                SocketChannel client = NamespaceThread.in(node, SocketChannel::open)) {
            client.connect(there);
            try (SocketChannel accepted = server.accept()) {
                accepted.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII)));
            }
            ByteBuffer answer = ByteBuffer.allocate(5);
            while (answer.hasRemaining() && client.read(answer) >= 0) {}
            assertThat(new String(answer.array(), StandardCharsets.US_ASCII)).isEqualTo("hello");
        }
    }

    @Test
    void dumpsGiveBackWhatWasWritten() {
        connect();
        try (RouteSocket inPod = RouteSocket.open(pod);
                RouteSocket inNode = RouteSocket.open(node)) {
            Link eth0 = inPod.link("eth0").orElseThrow();
            assertThat(eth0.kind()).isEqualTo("veth");
            assertThat(eth0.mac()).contains(POD);
            assertThat(eth0.up()).isTrue();
            assertThat(eth0.carrier()).isTrue();
            assertThat(eth0.mtuBytes()).isEqualTo(1400);
            assertThat(eth0.peerIndex()).hasValue(inNode.link("v0").orElseThrow().index());
            assertThat(eth0.peerNamespaceId()).isPresent();
            assertThat(inPod.links()).extracting(Link::name).containsExactly("lo", "eth0");
            assertThat(inPod.link("eth9")).isEmpty();
            assertThat(inPod.addresses())
                    .contains(Address.of(2, POD4, 32), Address.of(2, POD6, 128));
            assertThat(inPod.neighbours(IpFamily.IPV4))
                    .contains(Neighbour.permanent(2, GATEWAY4, HOST));
            assertThat(inPod.neighbours(IpFamily.IPV6))
                    .contains(Neighbour.permanent(2, GATEWAY6, HOST));
            assertThat(inPod.routes(IpFamily.IPV4))
                    .contains(Route.via(Prefix.parse("0.0.0.0/0"), GATEWAY4, 2));
            assertThat(inPod.routes(IpFamily.IPV6))
                    .anySatisfy(route -> {
                        assertThat(route.destination()).isEqualTo(Prefix.parse("::/0"));
                        assertThat(route.via()).contains(GATEWAY6);
                        assertThat(route.onlink()).isTrue();
                    });
        }
    }

    @Test
    void aBridgeCarriesItsPorts() {
        try (RouteSocket inNode = RouteSocket.open(node)) {
            inNode.apply(new AddBridge("nodes", Mac.local(7), 1500));
            int bridge = inNode.link("nodes").orElseThrow().index();
            inNode.apply(
                    SetLink.upWithoutAutoconf("nodes"),
                    new AddVeth(VethEnd.here("p1", HOST), VethEnd.in(pod, "eth0", POD, 2), 1500),
                    SetLink.upWithoutAutoconf("p1").withMaster(bridge));
            JsonNode port = Witness.ip(node, "link", "show", "p1").get(0);
            assertThat(port.get("master").asString()).isEqualTo("nodes");
            assertThat(inNode.link("p1").orElseThrow().masterIndex()).hasValue(bridge);
            assertThat(inNode.link("nodes").orElseThrow().kind()).isEqualTo("bridge");
        }
    }

    @Test
    void errorsNameTheChangeAndCarryTheKernelsWords() {
        try (RouteSocket inNode = RouteSocket.open(node)) {
            Change bridge = new AddBridge("b0", Mac.local(1), 1500);
            inNode.apply(bridge);
            assertThatThrownBy(() -> inNode.apply(bridge))
                    .isInstanceOf(NetlinkException.class)
                    .hasMessage("add link b0 type bridge in %s: EEXIST", node.path());
            Route bad = Route.via(Prefix.parse("10.1.0.0/16"), Addr.parse("10.2.0.1"), 77);
            assertThatThrownBy(() -> inNode.apply(new ReplaceRoute(bad)))
                    .isInstanceOfSatisfying(
                            NetlinkException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV))
                    .hasMessageContaining("replace route 10.1.0.0/16 via 10.2.0.1 dev 77");
        }
    }

    @Test
    void ensureTakesWhatIsSoAlreadyForDone() {
        connect();
        try (RouteSocket inPod = RouteSocket.open(pod)) {
            Route gone = Route.direct(Prefix.parse("10.77.0.0/16"), 2);
            Neighbour unknown = Neighbour.permanent(2, Addr.parse("10.9.0.77"), HOST);
            inPod.ensure(
                    new AddAddress(Address.of(2, POD4, 32)),
                    new AddAddress(Address.of(2, POD6, 128)),
                    new DeleteLink("eth9"),
                    new DeleteRoute(gone),
                    new DeleteNeighbour(unknown),
                    new Change.DeleteAddress(Address.of(2, Addr.parse("10.9.0.99"), 32)));
            assertThatThrownBy(() -> inPod.apply(new DeleteLink("eth9")))
                    .hasMessageContaining("delete link eth9");
        }
    }

    @Test
    void deletingOneEndOfAVethDeletesTheOther() {
        connect();
        try (RouteSocket inNode = RouteSocket.open(node);
                RouteSocket inPod = RouteSocket.open(pod)) {
            inNode.apply(new DeleteLink("v0"));
            assertThat(inPod.link("eth0")).isEmpty();
        }
    }

    @Test
    void aDumpOfManyRoutesIsWhole() {
        try (RouteSocket inNode = RouteSocket.open(node)) {
            List<Change> changes = new ArrayList<>();
            Prefix all = Prefix.parse("10.0.0.0/8");
            for (int i = 0; i < 5000; i++) {
                changes.add(new ReplaceRoute(Route.unreachable(all.subnet(24, i))));
            }
            inNode.apply(changes);
            assertThat(inNode.routes(IpFamily.IPV4).stream().filter(r -> r.linkIndex() == 0))
                    .hasSize(5000);
        }
    }

    @Test
    void aLinkCanBeTakenOutOfItsBridgeAndSetDown() {
        try (RouteSocket inNode = RouteSocket.open(node)) {
            inNode.apply(
                    new AddBridge("nodes", Mac.local(7), 1500),
                    new AddVeth(VethEnd.here("a", HOST), VethEnd.here("b", POD), 1500));
            int bridge = inNode.link("nodes").orElseThrow().index();
            inNode.apply(SetLink.upWithoutAutoconf("a").withMaster(bridge));
            inNode.apply(SetLink.down("a").withMaster(0).withMtu(1300));
            Link link = inNode.link("a").orElseThrow();
            assertThat(link.masterIndex()).isEmpty();
            assertThat(link.up()).isFalse();
            assertThat(link.mtuBytes()).isEqualTo(1300);
        }
    }

    @Test
    void ipSeesALinkThatAsksForNoNeighboursAndItsNewAddress() {
        connect();
        try (RouteSocket inPod = RouteSocket.open(pod)) {
            inPod.apply(SetLink.upWithoutAutoconf("eth0").withArp(false).withMac(Mac.local(9)));
            Link link = inPod.link("eth0").orElseThrow();
            assertThat(link.arp()).isFalse();
            assertThat(link.mac()).contains(Mac.local(9));
            JsonNode seen = Witness.ip(pod, "link", "show", "eth0").get(0);
            assertThat(seen.get("flags").toString()).contains("NOARP");
            assertThat(seen.get("address").asString()).isEqualTo(Mac.local(9).toString());
            inPod.apply(SetLink.upWithoutAutoconf("eth0").withArp(true));
            assertThat(inPod.link("eth0").orElseThrow().arp()).isTrue();
        }
    }
}
