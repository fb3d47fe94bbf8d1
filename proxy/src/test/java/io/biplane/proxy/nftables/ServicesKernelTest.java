package io.biplane.proxy.nftables;

import static io.biplane.proxy.service.Objects.service;
import static io.biplane.proxy.service.Objects.slice;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.biplane.linux.NamespaceThread;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.nftables.desired.TableKeeper;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.Witness;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.proxy.config.ProxyConfig;
import io.biplane.proxy.service.ServiceTable;
import io.biplane.proxy.testing.Lab;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Real connections through the tables, and the tables as nft prints them. */
@KernelTest
final class ServicesKernelTest {
    private static final String SPEC =
            "{'clusterIP':'%s','clusterIPs':['%s','%s'],'ports':["
                    + "{'name':'t','port':80,'nodePort':%d},{'name':'u','port':80,'protocol':'UDP','nodePort':%d}]}";
    private static final String PORTS =
            "[{'name':'t','port':8080},{'name':'u','port':8080,'protocol':'UDP'}]";

    private static final List<Prefix> PODS =
            Stream.of("10.1.0.0/16", "10.2.0.0/16", "fd00:1::/32", "fd00:2::/32")
                    .map(Prefix::parse)
                    .toList();

    private final ServiceTable services = new ServiceTable();
    private final ServiceRuleset ruleset = new ServiceRuleset(ProxyConfig.forRanges(PODS));
    private Lab lab;
    private KernelNftables nftables;
    private TableKeeper keeper;

    @BeforeEach
    void setUp() {
        lab = new Lab();
        nftables = KernelNftables.open(lab.node);
        keeper = new TableKeeper(nftables);
        keeper.sync(ruleset.tables(PODS));
    }

    @AfterEach
    void tearDown() {
        nftables.close();
        lab.close();
    }

    private void web(String... pods) {
        services.serviceChanged(
                null,
                service("web", SPEC.formatted("10.96.0.9", "10.96.0.9", "fd96::9", 30080, 30080)));
        endpoints(services, "web", pods);
        write();
    }

    private static void endpoints(ServiceTable services, String service, String... pods) {
        for (IpFamily family : IpFamily.values()) {
            services.sliceChanged(
                    null,
                    slice(
                            service + "-" + family,
                            service,
                            family.apiName(),
                            PORTS,
                            Stream.of(pods)
                                    .map(pod ->
                                            "{'addresses':['%s']}".formatted(address(family, pod)))
                                    .collect(Collectors.joining(",", "[", "]"))));
        }
    }

    private static String address(IpFamily family, String pod) {
        return family == IpFamily.IPV4 ? "10.%s.0.1".formatted(pod) : "fd00:%s::1".formatted(pod);
    }

    private void write() {
        keeper.change(ruleset.change(services.drain()));
    }

    private static String vip(IpFamily family) {
        return family == IpFamily.IPV4 ? "10.96.0.9" : "fd96::9";
    }

    private static String nodeAddress(IpFamily family) {
        return family == IpFamily.IPV4 ? "10.3.0.254" : "fd00:3::fe";
    }

    private static String gateway(IpFamily family, int link) {
        return (family == IpFamily.IPV4 ? "10.%d.0.254" : "fd00:%d::fe").formatted(link);
    }

    @ParameterizedTest
    @EnumSource
    void aClusterIpAnswersPodsNodesAndStrangers(IpFamily family) {
        web("2");
        String vip = vip(family);
        for (boolean udp : List.of(false, true)) {
            assertThat(ask(udp, lab.pod1, vip, 80))
                    .as("a pod is seen with its own address")
                    .isEqualTo("pod2 " + spelled(address(family, "1")));
            assertThat(ask(udp, lab.pod2, vip, 80))
                    .as("a pod that reaches itself is seen with the node's address")
                    .isEqualTo("pod2 " + spelled(gateway(family, 2)));
            assertThat(ask(udp, lab.client, vip, 80))
                    .as("a stranger is seen with the node's address")
                    .isEqualTo("pod2 " + spelled(gateway(family, 2)));
            assertThat(ask(udp, lab.node, vip, 80)).as("the node").startsWith("pod2 ");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNodePortAnswersOnEveryAddressButLoopback(IpFamily family) {
        web("2");
        for (boolean udp : List.of(false, true)) {
            for (int link : List.of(1, 2, 3)) {
                String at = gateway(family, link);
                for (NetworkNamespace from : List.of(lab.client, lab.pod1, lab.pod2, lab.node)) {
                    assertThat(ask(udp, from, at, 30080))
                            .as("udp %s from %s to %s", udp, from, at)
                            .isEqualTo("pod2 " + spelled(gateway(family, 2)));
                }
            }
            String loopback = family == IpFamily.IPV4 ? "127.0.0.1" : "::1";
            assertThat(ask(udp, lab.node, loopback, 30080)).isEqualTo("refused");
        }
    }

    /** Pod 1 stands for the API server at the node's address; a Service claims its port. */
    @ParameterizedTest
    @EnumSource
    void aNodePortNeverTakesOverAnApiServersPort(IpFamily family) throws IOException {
        String at = nodeAddress(family);
        services.serviceChanged(
                null,
                service(
                        "kubernetes",
                        "{'clusterIPs':['10.96.0.1','fd96::1'],'ports':[{'name':'https','port':443}]}",
                        "default"));
        for (IpFamily each : IpFamily.values()) {
            services.sliceChanged(
                    null,
                    slice(
                            "kubernetes-" + each,
                            "kubernetes",
                            each.apiName(),
                            "[{'name':'https','port':30080}]",
                            "[{'addresses':['%s']}]".formatted(nodeAddress(each)),
                            "default"));
        }
        web("2");
        String apiServer = family == IpFamily.IPV4 ? "10.96.0.1" : "fd96::1";
        try (ServerSocketChannel server =
                NamespaceThread.in(
                        lab.node,
                        () -> ServerSocketChannel.open().bind(new InetSocketAddress(30080)))) {
            Thread _ = Thread.ofVirtual().start(() -> greet(server));
            for (NetworkNamespace from : List.of(lab.client, lab.pod1, lab.node)) {
                assertThat(ask(false, from, at, 30080)).startsWith("api server");
                assertThat(ask(false, from, apiServer, 443)).startsWith("api server");
                assertThat(ask(false, from, gateway(family, 2), 30080))
                        .as("another address of the node")
                        .startsWith("pod2 ");
            }
            assertThat(ask(true, lab.client, at, 30080)).as("UDP").startsWith("pod2 ");
        }
    }

    private static void greet(ServerSocketChannel server) {
        try {
            while (true) {
                try (SocketChannel peer = server.accept()) {
                    int _ = peer.write(ByteBuffer.wrap("api server\n".getBytes(UTF_8)));
                }
            }
        } catch (IOException closed) {
            return;
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatCannotBeServedIsRefusedAtOnce(IpFamily family) {
        web();
        for (NetworkNamespace from : List.of(lab.client, lab.pod1, lab.node)) {
            for (boolean udp : List.of(false, true)) {
                assertThat(ask(udp, from, vip(family), 80)).as("no endpoints").isEqualTo("refused");
                assertThat(ask(udp, from, vip(family), 81)).as("no such port").isEqualTo("refused");
                assertThat(ask(udp, from, nodeAddress(family), 30080))
                        .as("no endpoints, node port")
                        .isEqualTo("refused");
            }
        }
        endpoints(services, "web", "1");
        write();
        assertThat(ask(false, lab.client, vip(family), 80)).startsWith("pod1 ");
    }

    @ParameterizedTest
    @EnumSource
    void connectionsSpreadEvenly(IpFamily family) {
        web("1", "2");
        int connections = 600;
        long first =
                IntStream.range(0, connections)
                        .filter(_ -> ask(false, lab.client, vip(family), 80).startsWith("pod1 "))
                        .count();
        double expected = connections / 2.0;
        double chiSquared = 2 * (first - expected) * (first - expected) / expected;
        // One degree of freedom: exceeded once in 10^9.
        assertThat(chiSquared).as("%d of %d to pod1", first, connections).isLessThan(37.3);
    }

    @ParameterizedTest
    @EnumSource
    void aRestartAdoptsTheTablesAndKeepsConnections(IpFamily family) throws IOException {
        web("1", "2");
        String before = Witness.run(lab.node, "", "nft", "-a", "list", "tables");
        try (SocketChannel open = Lab.connect(lab.client, vip(family), 80)) {
            String pod = Lab.read(open);
            TableKeeper restarted = new TableKeeper(nftables);
            assertThat(restarted.sync(ruleset.tables(PODS)))
                    .as("all is adopted")
                    .isEqualTo(new TableKeeper.Synced(true, List.of()));
            assertThat(restarted.sync(ruleset.tables(PODS)).compared()).isFalse();
            assertThat(Witness.run(lab.node, "", "nft", "-a", "list", "tables"))
                    .as("the tables are the same ones")
                    .isEqualTo(before);
            int _ = open.write(ByteBuffer.wrap(new byte[] {'\n'}));
            assertThat(Lab.read(open)).isEqualTo(pod);
            assertThat(ask(false, lab.client, vip(family), 80)).startsWith("pod");
        }
    }

    @Test
    void damageIsRepaired() {
        web("1", "2");
        String intact = ruleset(lab.node);
        String elements = "delete element ip6 biplane-proxy ";
        for (String damage :
                List.of(
                        elements + "services { fd96::9 . tcp . 80 }",
                        elements + "endpoints { fd96::9 . udp . 80 . 1 }",
                        elements + "cluster-ips { fd96::9 }",
                        "flush map ip biplane-proxy node-ports",
                        "flush chain ip biplane-proxy cluster-ips",
                        "add rule ip biplane-proxy ep-2 drop",
                        "insert rule ip biplane-proxy postrouting drop",
                        "delete table ip biplane-proxy",
                        "flush ruleset",
                        "add chain ip biplane-proxy junk { type filter hook forward priority 0; policy drop; }",
                        "add set ip6 biplane-proxy junk { type inet_service; }; add rule ip6 biplane-proxy services tcp dport @junk drop",
                        "add element ip biplane-proxy services { 10.96.0.77 . tcp . 1 : goto np-2 }",
                        "flush ruleset; add table ip biplane-proxy; add set ip biplane-proxy services { type inet_service; }",
                        "flush ruleset; add table ip biplane-proxy; add chain ip biplane-proxy output")) {
            Witness.nft(lab.node, damage.replace("; add ", "\nadd "));
            assertThat(ruleset(lab.node)).as(damage).isNotEqualTo(intact);
            assertThat(keeper.sync(ruleset.tables(PODS)).repaired()).as(damage).isNotEmpty();
            assertThat(sorted(ruleset(lab.node))).as(damage).isEqualTo(sorted(intact));
        }
    }

    @Test
    void manySmallChangesLeadToTheSameTablesAsWritingThemAtOnce() {
        long seed = Seeds.next();
        Random random = new Random(seed);
        for (int round = 0; round < 150; round++) {
            String name = "s" + random.nextInt(6);
            int number = 10 + random.nextInt(4); // now and then two Services claim one address
            switch (random.nextInt(4)) {
                case 0 ->
                        services.serviceChanged(
                                null,
                                service(
                                        name,
                                        SPEC.formatted(
                                                "10.96.0." + number,
                                                "10.96.0." + number,
                                                "fd96::" + number,
                                                30000 + number,
                                                random.nextBoolean() ? 0 : 30000 + number)));
                case 1 -> services.serviceChanged(service(name, "{}"), null);
                default ->
                        endpoints(
                                services,
                                name,
                                IntStream.range(1, 9)
                                        .filter(_ -> random.nextInt(3) == 0)
                                        .mapToObj(Integer::toString)
                                        .toArray(String[]::new));
            }
            if (random.nextBoolean()) {
                write();
            }
            if (random.nextInt(20) == 0) {
                keeper.change(ruleset.prune());
            }
        }
        write();
        keeper.change(ruleset.prune());
        assertThat(keeper.sync(ruleset.tables(PODS)).compared()).as("someone wrote").isFalse();
        NetworkNamespace other = lab.another();
        try (KernelNftables fresh = KernelNftables.open(other)) {
            new TableKeeper(fresh).sync(ruleset.tables(PODS));
        }
        assertThat(sorted(ruleset(lab.node))).as("seed %d", seed).isEqualTo(sorted(ruleset(other)));
    }

    private static final Pattern ELEMENTS = Pattern.compile("elements = \\{ ([^}]*) \\}");

    /** What nft lists, elements in alphabetical order. */
    private static String ruleset(NetworkNamespace namespace) {
        return ELEMENTS.matcher(Witness.run(namespace, "", "nft", "list", "ruleset"))
                .replaceAll(found ->
                        Stream.of(found.group(1).split(",", -1))
                                .map(String::strip)
                                .sorted()
                                .collect(Collectors.joining(", ", "elements = { ", " }")));
    }

    /** Chains are listed in the order of their making. */
    private static String sorted(String ruleset) {
        return Stream.of(ruleset.split("\n\n|\n(?=table )|(?<=})\n(?=})", -1))
                .map(String::strip)
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    @ParameterizedTest
    @EnumSource
    void theTableIsAsDesigned(IpFamily family) {
        services.serviceChanged(
                null,
                service(
                        "web",
                        "{'clusterIPs':['10.96.0.9','fd96::9'],'ports':[{'name':'t','port':80,'nodePort':30080}]}"));
        endpoints(services, "web", "1", "2");
        services.serviceChanged(
                null,
                service(
                        "none",
                        "{'clusterIPs':['10.96.0.8','fd96::8'],'ports':[{'name':'u','port':53,'protocol':'UDP'}]}"));
        write();
        String table = family == IpFamily.IPV4 ? "ip" : "ip6";
        String listed = ruleset(lab.node);
        int start = listed.indexOf("table " + table + " ");
        int end = listed.indexOf("\n}\n", start);
        assertThat(listed.substring(start, end + 3)).isEqualTo(expected(family));
    }

    private static String expected(IpFamily family) {
        boolean v4 = family == IpFamily.IPV4;
        return """
        table $ip biplane-proxy {
        \tset cluster-ips {
        \t\ttype $addr
        \t\telements = { $vip8, $vip9 }
        \t}

        \tmap services {
        \t\ttype $addr . inet_proto . inet_service : verdict
        \t\telements = { $vip8 . udp . 53 : goto refuse, $vip9 . tcp . 80 : goto ep-2 }
        \t}

        \tmap endpoints {
        \t\ttypeof $ip daddr . meta l4proto . th dport . numgen random mod 2 : $ip daddr . th dport
        \t\telements = { $vip9 . tcp . 80 . 0 : $pod1 . 8080, $vip9 . tcp . 80 . 1 : $pod2 . 8080 }
        \t}

        \tmap node-ports {
        \t\ttype inet_proto . inet_service : verdict
        \t\telements = { tcp . 30080 : goto np-2 }
        \t}

        \tmap node-port-endpoints {
        \t\ttypeof meta l4proto . th dport . numgen random mod 2 : $ip daddr . th dport
        \t\telements = { tcp . 30080 . 0 : $pod1 . 8080, tcp . 30080 . 1 : $pod2 . 8080 }
        \t}

        \tset api-servers {
        \t\ttype $addr . inet_proto . inet_service
        \t}

        \tset hairpins {
        \t\ttype $addr . $addr
        \t\telements = { $pod1 . $pod1, $pod2 . $pod2 }
        \t}

        \tset local-sources {
        \t\ttype $addr
        \t\tflags interval
        \t\telements = { $local }
        \t}

        \tchain prerouting {
        \t\ttype nat hook prerouting priority dstnat; policy accept;
        \t\tgoto services
        \t}

        \tchain output {
        \t\ttype nat hook output priority -100; policy accept;
        \t\tgoto services
        \t}

        \tchain services {
        \t\t$ip daddr @cluster-ips goto cluster-ips
        \t\t$ip daddr . meta l4proto . th dport @api-servers accept
        \t\t$ip daddr != $loopback fib daddr type local meta l4proto . th dport vmap @node-ports
        \t}

        \tchain cluster-ips {
        \t\t$ip saddr != @local-sources meta mark set meta mark | 0x00004000
        \t\t$ip daddr . meta l4proto . th dport vmap @services
        \t\tgoto refuse
        \t}

        \tchain refuse {
        \t\treject with tcp reset
        \t\treject
        \t}

        \tchain ep-1 {
        \t\tdnat $ip to $ip daddr . meta l4proto . th dport . numgen random mod 1 map @endpoints
        \t\tgoto refuse
        \t}

        \tchain np-1 {
        \t\tmeta mark set meta mark | 0x00004000
        \t\tdnat $ip to meta l4proto . th dport . numgen random mod 1 map @node-port-endpoints
        \t\tgoto refuse
        \t}

        \tchain postrouting {
        \t\ttype nat hook postrouting priority srcnat; policy accept;
        \t\tmeta mark & 0x00004000 != 0x00000000 meta mark set meta mark & 0xffffbfff masquerade fully-random
        \t\tct status dnat $ip saddr . $ip daddr @hairpins masquerade fully-random
        \t}

        \tchain ep-2 {
        \t\tdnat $ip to $ip daddr . meta l4proto . th dport . numgen random mod 2 map @endpoints
        \t\tgoto ep-1
        \t}

        \tchain np-2 {
        \t\tmeta mark set meta mark | 0x00004000
        \t\tdnat $ip to meta l4proto . th dport . numgen random mod 2 map @node-port-endpoints
        \t\tgoto np-1
        \t}
        }
        """
                .replace("$ip", v4 ? "ip" : "ip6")
                .replace("$addr", v4 ? "ipv4_addr" : "ipv6_addr")
                .replace("$vip", v4 ? "10.96.0." : "fd96::")
                .replace("$pod1", address(family, "1"))
                .replace("$pod2", address(family, "2"))
                .replace("$local", v4 ? "10.1.0.0/16, 10.2.0.0/16" : "fd00:1::/32, fd00:2::/32")
                .replace("$loopback", v4 ? "127.0.0.0/8" : "::1");
    }

    private static String spelled(String address) {
        try {
            return java.net.InetAddress.getByName(address).getHostAddress();
        } catch (java.net.UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String ask(boolean udp, NetworkNamespace from, String address, int port) {
        return udp ? Lab.udp(from, address, port) : Lab.tcp(from, address, port);
    }
}
