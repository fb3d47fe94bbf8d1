package io.biplane.network.masquerade;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.NamespaceThread;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.nftables.desired.Predecessor;
import io.biplane.linux.nftables.desired.TableKeeper;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.TestNamespaces;
import io.biplane.linux.testing.Witness;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.network.table.NamespaceTables;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;

/** A pod, a node and the world: who is seen there. */
@KernelTest
final class MasqueradeKernelTest {
    private static final int PORT = 9000;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @RegisterExtension final TestNamespaces namespaces = new TestNamespaces();

    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private NetworkNamespace pod;
    private NetworkNamespace node;
    private NetworkNamespace world;

    @BeforeEach
    void setUp() {
        pod = namespaces.create();
        node = namespaces.create();
        world = namespaces.create();
        String _ =
                Witness.run(
                        node,
                        "",
                        "sysctl",
                        "-qw",
                        "net.ipv4.ip_forward=1",
                        "net.ipv6.conf.all.forwarding=1");
        join("pod", pod, "10.244.1.%d/24", "fd00:244::%d/64", "2600:244::%d/64");
        // The world answers from outside, from the node range and from the pod range.
        join(
                "world",
                world,
                "203.0.113.%d/24",
                "172.30.0.%d/24",
                "10.244.2.%d/24",
                "2600:113::%d/64",
                "fd00:172::%d/64",
                "fd00:244:2::%d/64");
        ip(pod, "route add default via 10.244.1.1");
        ip(pod, "route add default via fd00:244::1");
        ip(world, "route add 10.244.1.0/24 via 203.0.113.1");
        ip(world, "route add fd00:244::/64 via 2600:113::1");
        ip(world, "route add 2600:244::/64 via 2600:113::1");
    }

    private void join(String link, NetworkNamespace other, String... addresses) {
        ip(node, "link add %s type veth peer name eth0 netns %s".formatted(link, other.name()));
        for (String address : addresses) {
            String noDad = address.contains(":") ? " nodad" : "";
            ip(node, "addr add %s dev %s%s".formatted(address.formatted(1), link, noDad));
            ip(other, "addr add %s dev eth0%s".formatted(address.formatted(2), noDad));
        }
        ip(node, "link set %s up".formatted(link));
        ip(other, "link set eth0 up");
    }

    @AfterEach
    void tearDown() {
        scheduler.shutdownNow();
    }

    private static void ip(NetworkNamespace namespace, String command) {
        String _ = Witness.run(namespace, command + "\n", "ip", "-batch", "-");
    }

    private static MasqueradePolicy policy() {
        return MasqueradePolicy.of(
                new ClusterRanges(
                        prefixes("10.244.0.0/16", "fd00:244::/32", "2600:244::/32"),
                        prefixes("10.96.0.0/16", "fd00:96::/112"),
                        prefixes("172.30.0.0/20", "fd00:172::/64")));
    }

    private NamespaceTables tables(KernelNftables nftables, Duration interval) {
        return new NamespaceTables("n", nftables, policy().tables(), interval, scheduler, _ -> {});
    }

    private static List<Prefix> prefixes(String... texts) {
        return Stream.of(texts).map(Prefix::parse).toList();
    }

    /** The address that a server in the world sees when {@code source} connects to it. */
    private String seen(String source, String destination) {
        try (ServerSocketChannel server =
                        NamespaceThread.in(
                                world,
                                () ->
                                        ServerSocketChannel.open()
                                                .bind(new InetSocketAddress(PORT)));
                SocketChannel client = NamespaceThread.in(pod, () -> SocketChannel.open())) {
            client.bind(new InetSocketAddress(InetAddress.getByName(source), 0));
            client.socket()
                    .connect(
                            new InetSocketAddress(InetAddress.getByName(destination), PORT), 2_000);
            try (SocketChannel peer = server.accept()) {
                InetSocketAddress from = (InetSocketAddress) peer.getRemoteAddress();
                return Addr.of(from.getAddress()).toString();
            }
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void nonPublicAddressesAreTranslatedTowardsTheWorldOnly() {
        try (KernelNftables nftables = KernelNftables.open(node);
                NamespaceTables agent = tables(nftables, Duration.ofMinutes(1))) {
            agent.start(Predecessor.NONE);
            for (String row :
                    List.of(
                            "10.244.1.2 203.0.113.2 203.0.113.1",
                            "10.244.1.2 172.30.0.2 10.244.1.2",
                            "10.244.1.2 10.244.2.2 10.244.1.2",
                            "fd00:244::2 2600:113::2 2600:113::1",
                            "fd00:244::2 fd00:172::2 fd00:244::2",
                            "fd00:244::2 fd00:244:2::2 fd00:244::2",
                            "2600:244::2 2600:113::2 2600:244::2")) {
                String[] ends = row.split(" ", -1);
                // The kernel tells of a new link's carrier up to a second late.
                Eventually.holds(
                        LIMIT,
                        () -> {
                            String seen = seen(ends[0], ends[1]);
                            return seen.equals(ends[2]) ? "" : row + ": seen " + seen;
                        });
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theTableIsAsDesignedAndDamageHeals(IpFamily family) {
        boolean v4 = family == IpFamily.IPV4;
        String table = (v4 ? "ip" : "ip6") + " ip-masq-agent";
        String expected =
                """
                table $table {
                \tset sources {
                \t\ttype $type
                \t\tflags interval
                \t\telements = { $sources }
                \t}

                \tset untouched {
                \t\ttype $type
                \t\tflags interval
                \t\telements = { $untouched }
                \t}

                \tchain postrouting {
                \t\ttype nat hook postrouting priority srcnat; policy accept;
                \t\t$ip saddr @sources $ip daddr != @untouched fib daddr type != local masquerade fully-random
                \t}
                }
                """
                        .replace("$table", table)
                        .replace("$type", v4 ? "ipv4_addr" : "ipv6_addr")
                        .replace("$ip", v4 ? "ip" : "ip6")
                        .replace("$sources", v4 ? "10.244.0.0/16" : "fd00:244::/32")
                        .replace(
                                "$untouched",
                                v4
                                        ? "10.96.0.0/16, 10.244.0.0/16, 169.254.0.0/16, 172.30.0.0/20, 224.0.0.0/4, 255.255.255.255"
                                        : "2600:244::/32, fd00:96::/112, fd00:172::/64, fd00:244::/32, fe80::/10, ff00::/8");
        try (KernelNftables nftables = KernelNftables.open(node);
                NamespaceTables agent = tables(nftables, Duration.ofMillis(20))) {
            agent.start(Predecessor.NONE);
            assertThat(listed(table)).isEqualTo(expected);
            for (String damage :
                    List.of(
                            "flush chain %s postrouting",
                            "flush set %s untouched",
                            "delete table %s",
                            "add rule %s postrouting drop")) {
                Witness.nft(node, damage.formatted(table) + "\n");
                Eventually.holds(
                        LIMIT,
                        () -> {
                            String now = listed(table);
                            return now.equals(expected) ? "" : damage + ":\n" + now;
                        });
            }
        }
    }

    @Test
    void theHostsTablesAreWrittenAndRemoved() {
        try (KernelNftables nftables = KernelNftables.open(node)) {
            List<Prefix> sources = prefixes("172.30.0.0/20", "198.18.0.0/25", "fd00:172::/64");
            new TableKeeper(nftables).sync(HostEgress.tables("blue", "bp-blue", sources));
            new TableKeeper(nftables).sync(HostEgress.tables("blue", "bp-blue", sources));
            assertThat(listed("ip biplane-blue"))
                    .isEqualTo(
                            """
                            table ip biplane-blue {
                            \tset sources {
                            \t\ttype ipv4_addr
                            \t\tflags interval
                            \t\telements = { 172.30.0.0/20, 198.18.0.0/25 }
                            \t}

                            \tchain postrouting {
                            \t\ttype nat hook postrouting priority srcnat; policy accept;
                            \t\tip saddr @sources oifname != "bp-blue" masquerade fully-random
                            \t}
                            }
                            """);
            assertThat(listed("ip6 biplane-blue")).contains("elements = { fd00:172::/64 }");
            HostEgress.remove(nftables, "blue");
            HostEgress.remove(nftables, "blue");
            assertThat(Witness.run(node, "", "nft", "list", "ruleset")).isEmpty();
        }
    }

    /** The table as nft lists it, elements on one line; "" if there is none. */
    private String listed(String table) {
        String ruleset = Witness.run(node, "", "nft", "list", "ruleset");
        int start = ruleset.indexOf("table " + table + " {");
        return start < 0
                ? ""
                : ruleset.substring(start, ruleset.indexOf("\n}\n", start) + 3)
                        .replaceAll(",\\s+", ", ");
    }
}
