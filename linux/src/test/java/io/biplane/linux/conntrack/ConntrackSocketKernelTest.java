package io.biplane.linux.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.NamespaceThread;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Expression;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Statement;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.nftables.Value;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.linux.route.Address;
import io.biplane.linux.route.Change;
import io.biplane.linux.route.Route;
import io.biplane.linux.route.RouteSocket;
import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.TestNamespaces;
import io.biplane.linux.testing.Witness;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.List;

@KernelTest
final class ConntrackSocketKernelTest {
    private static final int PATIENCE_MILLIS = 10_000;

    @RegisterExtension final TestNamespaces namespaces = new TestNamespaces();

    /** One rule sends 53 to an endpoint; it moves, but datagrams of a known flow do not. */
    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void aDeletedFlowIsTranslatedAnew(IpFamily family) throws Exception {
        NetworkNamespace namespace = namespaces.create();
        boolean four = family == IpFamily.IPV4;
        Addr service = Addr.parse(four ? "10.96.0.10" : "fd00:96::10");
        Addr one = Addr.parse(four ? "10.9.0.1" : "fd00:9::1");
        Addr two = Addr.parse(four ? "10.9.0.2" : "fd00:9::2");
        try (RouteSocket routes = RouteSocket.open(namespace)) {
            for (Addr addr : List.of(service, one, two)) {
                routes.apply(new Change.AddAddress(Address.of(1, addr, family.bits())));
                awaitDelivery(routes, addr);
            }
        }
        try (Nftables nft = KernelNftables.open(namespace);
                ConntrackSocket conntrack = ConntrackSocket.open(namespace);
                DatagramChannel first = bound(namespace, one);
                DatagramChannel second = bound(namespace, two);
                DatagramChannel client = NamespaceThread.in(namespace, DatagramChannel::open)) {
            client.bind(new InetSocketAddress(one.toInetAddress(), 40000));
            nft.commit(leadingTo(service, one));
            SocketAddress there = new InetSocketAddress(service.toInetAddress(), 53);
            send(client, there);
            assertThat(receive(first)).isEqualTo(1);
            nft.commit(leadingTo(service, two));
            send(client, there);
            assertThat(receive(first)).isEqualTo(1);

            List<Flow> stale =
                    conntrack.flows(
                            family, f -> f.protocol() == Flow.UDP && f.isDestinationTranslated());
            assertThat(stale)
                    .singleElement()
                    .satisfies(flow -> {
                        assertThat(flow.original())
                                .isEqualTo(new Flow.Tuple(one, service, 40000, 53));
                        assertThat(flow.reply()).isEqualTo(new Flow.Tuple(one, one, 5353, 40000));
                    });
            conntrack.delete(stale);
            conntrack.delete(stale);
            assertThat(conntrack.flows(family, Flow::isDestinationTranslated)).isEmpty();
            send(client, there);
            assertThat(receive(second)).isEqualTo(1);
            String listed = family == IpFamily.IPV4 ? "ipv4" : "ipv6";
            assertThat(Witness.run(namespace, "", "conntrack", "-L", "-p", "udp", "-f", listed))
                    .contains("src=%s dst=%s sport=40000 dport=53".formatted(one, service))
                    .contains("src=%s dst=%s sport=5353 dport=40000".formatted(two, one));
        }
    }

    /** The kernel adds the local route of an IPv6 address later, in a work queue of its own. */
    private static void awaitDelivery(RouteSocket routes, Addr addr) {
        Eventually.holds(
                Duration.ofMillis(PATIENCE_MILLIS),
                () ->
                        routes.routes(addr.family()).stream()
                                        .anyMatch(route ->
                                                route.table() == Route.LOCAL
                                                        && route.destination().contains(addr))
                                ? ""
                                : "no local route to " + addr);
    }

    private static Transaction leadingTo(Addr service, Addr endpoint) {
        Table table = Table.of(service.family(), "dns");
        Chain chain =
                Chain.base(table, "output", Chain.Type.NAT, Chain.Hook.OUTPUT, Chain.Base.DSTNAT);
        return new Transaction()
                .add(table)
                .add(chain)
                .flush(chain)
                .add(
                        Rule.of(
                                chain,
                                Statement.match(
                                        Expression.daddr(service.family()), Value.of(service)),
                                Statement.l4proto(Value.Protocol.UDP),
                                new Statement.DnatTo(endpoint, 5353)));
    }

    private static DatagramChannel bound(NetworkNamespace namespace, Addr addr) throws Exception {
        DatagramChannel channel = NamespaceThread.in(namespace, DatagramChannel::open);
        return channel.bind(new InetSocketAddress(addr.toInetAddress(), 5353));
    }

    private static void send(DatagramChannel client, SocketAddress there) throws Exception {
        client.send(ByteBuffer.wrap(new byte[] {7}), there);
    }

    /** The length of the next datagram. Loopback has it at once only while the kernel keeps up. */
    private static int receive(DatagramChannel channel) throws Exception {
        channel.socket().setSoTimeout(PATIENCE_MILLIS);
        DatagramPacket datagram = new DatagramPacket(new byte[16], 16);
        channel.socket().receive(datagram);
        return datagram.getLength();
    }
}
