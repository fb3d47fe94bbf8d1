package io.biplane.network.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.linux.NamespaceProcess;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.Sysctl;
import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.KernelTest;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

@KernelTest
class FabricKernelTest {
    private static final String HOST = "hfab-host";
    private static final ClusterNetwork A = ClusterNetwork.plan("hfab-a", 0);
    private static final ClusterNetwork B = ClusterNetwork.plan("hfab-b", 1);

    @TempDir Path ledgers;
    private HostSide host;
    private String hostBefore;

    @BeforeEach
    void aHostOfItsOwn() {
        host = new HostSide(NetworkNamespace.create(HOST), ledgers);
        Kernel.in(HOST, "ip", "link", "set", "lo", "up");
        Kernel.in(HOST, "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far");
        Kernel.in(HOST, "sysctl", "-qw", "net.ipv4.ip_forward=0", "net.ipv6.conf.all.forwarding=0");
        Kernel.in(HOST, "sysctl", "-qw", "net.ipv6.conf.eth0.accept_ra=1");
        Kernel.in(HOST, "ip", "link", "set", "eth0", "addrgenmode", "none", "up");
        hostBefore = Kernel.snapshot(HOST);
    }

    @AfterEach
    void nothingIsLeft() {
        Fabric.down(A.name(), host);
        Fabric.down(B.name(), host);
        try {
            assertThat(Kernel.snapshot(HOST)).isEqualTo(hostBefore);
            assertThat(ledgers.toFile().list()).containsOnly("lock");
        } finally {
            host.namespace().close();
            NetworkNamespace.delete(HOST);
        }
        assertThat(NetworkNamespace.list()).noneMatch(name -> name.startsWith("hfab-"));
    }

    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void hostNodesAndOutsideReachEachOther(IpFamily family) {
        new Fabric(A, host).up(2);
        Path node1 = Kernel.path(A.nodeNamespace("node-1"));
        Path node2 = Kernel.path(A.nodeNamespace("node-2"));
        Path outside = Kernel.path(A.outsideNamespace());
        Path hostPath = Kernel.path(HOST);
        assertThat(Kernel.connect(node1, node2, A.node(2, family))).isEqualTo(A.node(1, family));
        assertThat(Kernel.connect(hostPath, node1, A.node(1, family))).isEqualTo(A.hostEnd(family));
        assertThat(Kernel.connect(node1, hostPath, A.hostEnd(family))).isEqualTo(A.node(1, family));
        assertThat(Kernel.connect(node2, outside, A.outsideHost(family)))
                .isEqualTo(A.node(2, family));
        assertThat(Kernel.connect(outside, node2, A.node(2, family)))
                .isEqualTo(A.outsideHost(family));
        assertThatThrownBy(() ->
                        Kernel.connect(outside, node1, A.pods().get(family).orElseThrow().at(5)))
                .as("a pod's address is not routed from outside")
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("unreachable");
    }

    @Test
    void aSecondUpChangesNothing() {
        new Fabric(A, host).up(2);
        List<String> first = snapshots();
        new Fabric(A, host).up(2);
        assertThat(snapshots()).isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ip -n hfab-a-fabric link del nodes",
                "ip -n hfab-a-fabric link del node-2",
                "ip -n hfab-a-fabric link del host",
                "ip -n hfab-a-fabric link set nodes down",
                "ip -n hfab-a-node-1 route del default",
                "ip -n hfab-a-node-1 -6 addr flush dev eth0",
                "ip -n hfab-a-node-2 neigh flush dev eth0 nud permanent",
                "ip -n hfab-a-outside -6 route flush root 0::/0",
                "ip -n hfab-host -6 route flush dev bp-hfab-a",
                "ip netns del hfab-a-node-1",
                "ip netns del hfab-a-outside",
                "ip netns del hfab-a-fabric",
            })
    void whatIsMissingIsMadeAgain(String damage) {
        new Fabric(A, host).up(2);
        Kernel.run("sh", "-c", damage);
        if (damage.startsWith("ip netns del")) { // the kernel tidies links up behind the command
            awaitGone(damage.substring("ip netns del ".length()));
        }
        new Fabric(A, host).up(2);
        for (IpFamily family : IpFamily.values()) {
            hostNodesAndOutsideReachEachOther(family);
        }
    }

    private static void awaitGone(String namespace) {
        String link = namespace.equals("hfab-a-fabric") ? "-n hfab-host link show bp-hfab-a" : null;
        link = namespace.equals("hfab-a-node-1") ? "-n hfab-a-fabric link show node-1" : link;
        link = link == null ? "-n hfab-a-fabric link show outside" : link;
        Kernel.run(
                "sh",
                "-c",
                "n=0; while ip "
                        + link
                        + " >/dev/null 2>&1 && [ $n -lt 500 ]; do n=$((n+1)); done");
    }

    @Test
    void aNameWithoutNamespaceBehindItIsMadeAnew() {
        Kernel.run("touch", Kernel.path(A.fabricNamespace()).toString());
        new Fabric(A, host).up(1);
        assertThat(Kernel.in(A.fabricNamespace(), "ip", "-br", "link")).contains("nodes");
    }

    @Test
    void sysctlsAreSharedAndPutBackByTheLast() {
        new Fabric(A, host).up(1);
        assertThat(hostSysctl("net.ipv6.conf.all.forwarding")).isEqualTo("1");
        assertThat(hostSysctl("net.ipv6.conf.eth0.accept_ra"))
                .as("keeps its RA default route")
                .isEqualTo("2");
        new Fabric(B, host).up(1);
        Fabric.down(A.name(), host);
        assertThat(hostSysctl("net.ipv4.ip_forward")).as("b needs it still").isEqualTo("1");
        Fabric.down(B.name(), host);
        assertThat(Kernel.snapshot(HOST)).isEqualTo(hostBefore);
    }

    @Test
    void aClusterWhoseFabricIsGoneHoldsNoSysctls() {
        new Fabric(B, host).up(1);
        NetworkNamespace.delete(B.fabricNamespace());
        // The kernel takes the link away some time after the name.
        Eventually.holds(
                Duration.ofSeconds(10),
                () -> Kernel.in(HOST, "ip", "-br", "link").contains("bp-hfab-b") ? "its link" : "");
        new Fabric(A, host).up(1);
        Fabric.down(A.name(), host);
        assertThat(hostSysctl("net.ipv4.ip_forward")).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bp-hfab-b", "nothing else"})
    void aClusterWhoseNamesAreInAnotherMountNamespaceKeepsItsSysctls(String shows)
            throws Exception {
        new Fabric(B, host).up(1);
        Process inFabric;
        try (NetworkNamespace fabric = NetworkNamespace.open(B.fabricNamespace())) {
            inFabric = NamespaceProcess.start(fabric, new ProcessBuilder("sleep", "60"));
        }
        try {
            NetworkNamespace.delete(B.fabricNamespace()); // as if it had never been seen here
            if (!shows.equals("bp-hfab-b")) {
                Kernel.in(HOST, "ip", "link", "del", "bp-hfab-b");
            }
            new Fabric(A, host).up(1);
            Fabric.down(A.name(), host);
            assertThat(hostSysctl("net.ipv4.ip_forward")).isEqualTo("1");
            assertThat(hostSysctl("net.ipv6.conf.all.forwarding")).isEqualTo("1");
        } finally {
            inFabric.destroyForcibly().waitFor();
        }
        Fabric.down(B.name(), host);
        assertThat(Kernel.snapshot(HOST)).isEqualTo(hostBefore);
    }

    @Test
    void aLinkOfAClusterThatHasRecordedNothingKeepsTheSysctls() {
        new Fabric(A, host).up(1);
        Kernel.in(HOST, "ip", "link", "add", "bp-other", "type", "veth", "peer", "name", "far2");
        Fabric.down(A.name(), host);
        assertThat(hostSysctl("net.ipv4.ip_forward")).isEqualTo("1");
        Kernel.in(HOST, "ip", "link", "del", "bp-other");
        new Fabric(B, host).up(1);
        Fabric.down(B.name(), host);
        assertThat(Kernel.snapshot(HOST)).isEqualTo(hostBefore);
    }

    @Test
    void aHostWithoutIpv6KeepsIpv4AndTheFabricHasBoth() {
        Sysctl.set(host.namespace(), "net.ipv6.conf.all.disable_ipv6", "1");
        hostBefore = Kernel.snapshot(HOST);
        new Fabric(A, host).up(2);
        Path node1 = Kernel.path(A.nodeNamespace("node-1"));
        Path node2 = Kernel.path(A.nodeNamespace("node-2"));
        assertThat(Kernel.connect(node1, node2, A.node(2, IpFamily.IPV6)))
                .isEqualTo(A.node(1, IpFamily.IPV6));
        assertThat(Kernel.connect(Kernel.path(HOST), node1, A.node(1, IpFamily.IPV4)))
                .isEqualTo(A.hostEnd(IpFamily.IPV4));
        assertThat(Kernel.in(HOST, "ip", "-6", "addr")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void nodesReachTheWorldBeyondTheHostWithTheHostsAddress(IpFamily family) {
        try (NetworkNamespace world = NetworkNamespace.create("hfab-world")) {
            Kernel.in(
                    HOST,
                    "ip",
                    "link",
                    "add",
                    "wan0",
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "far",
                    "netns",
                    "hfab-world");
            boolean v4 = family == IpFamily.IPV4;
            String here = v4 ? "203.0.113.1" : "2001:db8:99::1";
            String beyond = v4 ? "203.0.113.2" : "2001:db8:99::2";
            String bits = v4 ? "/24" : "/64";
            for (String[] end :
                    new String[][] {{HOST, "wan0", here}, {"hfab-world", "far", beyond}}) {
                Kernel.in(
                        end[0], "sysctl", "-qw", "net.ipv6.conf.%s.accept_dad=0".formatted(end[1]));
                Kernel.in(end[0], "ip", "addr", "add", end[2] + bits, "dev", end[1]);
                Kernel.in(end[0], "ip", "link", "set", end[1], "up");
            }
            new Fabric(A, host).up(1);
            Path node = Kernel.path(A.nodeNamespace("node-1"));
            assertThat(Kernel.connect(node, world.path(), Addr.parse(beyond)))
                    .isEqualTo(Addr.parse(here));
            Kernel.in(HOST, "ip", "link", "del", "wan0");
        } finally {
            NetworkNamespace.delete("hfab-world");
        }
    }

    @Test
    void hostRoutesAreReadAsIpPrintsThem() {
        Kernel.in(HOST, "ip", "route", "add", "10.0.0.0/8", "dev", "eth0");
        assertThat(host.routes()).extracting(HostRoute::toString).contains("10.0.0.0/8 dev eth0");
        Kernel.in(HOST, "ip", "route", "del", "10.0.0.0/8", "dev", "eth0");
    }

    private String hostSysctl(String key) {
        return Sysctl.get(host.namespace(), key);
    }

    private static List<String> snapshots() {
        return List.of(
                Kernel.snapshot(HOST),
                Kernel.snapshot(A.fabricNamespace()),
                Kernel.snapshot(A.nodeNamespace("node-1")),
                Kernel.snapshot(A.nodeNamespace("node-2")),
                Kernel.snapshot(A.outsideNamespace()));
    }
}
