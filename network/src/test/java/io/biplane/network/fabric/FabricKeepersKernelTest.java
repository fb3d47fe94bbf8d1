package io.biplane.network.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.NamespaceThread;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.KernelTest;
import io.biplane.netip.IpFamily;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** {@link FabricKeeper} and {@link HostKeeper}: damage is heard, repaired and told. */
@KernelTest
class FabricKeepersKernelTest {
    private static final ClusterNetwork NETWORK = ClusterNetwork.plan("hkeep", 4);
    private static final String HOST = "hkeep-host";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int NODES = 2;

    /** The station that tells of a damage, and the damage. */
    static final List<Arguments> DAMAGES =
            Stream.of(
                            "fabric | ip -n hkeep-fabric link set nodes down",
                            "fabric | ip -n hkeep-fabric addr del 172.30.64.1/20 dev nodes",
                            "fabric | ip -n hkeep-fabric -6 addr flush dev nodes",
                            "fabric | ip -n hkeep-fabric -6 route del unreachable fd00:10:240::/56 dev lo",
                            "fabric | ip -n hkeep-fabric neigh flush dev nodes nud permanent",
                            "fabric | ip -n hkeep-fabric link set node-2 nomaster",
                            "fabric | ip netns exec hkeep-fabric sysctl -qw net.ipv6.conf.all.forwarding=0",
                            "fabric | ip netns del hkeep-fabric",
                            "node-1 | ip -n hkeep-fabric link del node-1",
                            "node-1 | ip -n hkeep-node-1 link del eth0",
                            "node-1 | ip -n hkeep-node-1 link set eth0 down",
                            "node-1 | ip -n hkeep-node-1 link set eth0 mtu 1280",
                            "node-1 | ip -n hkeep-node-1 addr flush dev eth0",
                            "node-1 | ip -n hkeep-node-1 route del default",
                            "node-1 | ip -n hkeep-node-1 -6 route del default",
                            "node-1 | ip -n hkeep-node-1 neigh flush dev eth0 nud permanent",
                            "node-1 | ip netns exec hkeep-node-1 sysctl -qw net.ipv4.ip_forward=0",
                            "node-1 | ip netns del hkeep-node-1",
                            "outside | ip -n hkeep-fabric link del outside",
                            "outside | ip -n hkeep-outside -6 route flush root fd00:172:30:4::/64",
                            "outside | umount -l /run/netns/hkeep-outside",
                            "host | ip -n hkeep-host link del bp-hkeep",
                            "host | ip -n hkeep-host route del 10.240.0.0/16",
                            "host | ip -n hkeep-host -6 route flush dev bp-hkeep",
                            "host | ip -n hkeep-fabric route del default",
                            "host | ip -n hkeep-host neigh flush dev bp-hkeep nud permanent",
                            "host | ip netns exec hkeep-host sysctl -qw net.ipv4.ip_forward=0",
                            "host | ip netns exec hkeep-host nft delete table ip biplane-hkeep",
                            "host | ip netns exec hkeep-host nft flush ruleset")
                    .map(row -> row.split(" \\| "))
                    .map(row -> Arguments.of(row[0], row[1]))
                    .toList();

    @TempDir Path ledgers;
    private final Map<String, List<String>> told = new ConcurrentHashMap<>();
    private HostSide host;
    private NetworkNamespace fabric;
    private KernelEvents events;
    private FabricKeeper inFabric;
    private HostKeeper onHost;

    @BeforeEach
    void aFabricThatIsKept() {
        host = new HostSide(NetworkNamespace.create(HOST), ledgers);
        Kernel.in(HOST, "ip", "link", "set", "lo", "up");
        new Fabric(NETWORK, host).up(NODES);
        events = KernelEvents.start("keepers-test");
        fabric = NetworkNamespace.open(NETWORK.fabricNamespace());
        startKeepers();
    }

    private void startKeepers() {
        NetworkNamespace here =
                NamespaceThread.in(
                        fabric, () -> NetworkNamespace.currentAs(NETWORK.fabricNamespace()));
        inFabric = new FabricKeeper(NETWORK, here, NODES, events, this::repaired);
        inFabric.start();
        onHost = new HostKeeper(NETWORK, host, events, this::repaired);
        onHost.start();
    }

    private void repaired(String station, List<String> repaired) {
        told.merge(
                station,
                repaired,
                (before, more) -> Stream.of(before, more).flatMap(List::stream).toList());
    }

    @AfterEach
    void nothingIsLeft() {
        onHost.close();
        inFabric.close();
        fabric.close();
        events.close();
        Fabric.down(NETWORK.name(), host);
        host.namespace().close();
        NetworkNamespace.delete(HOST);
        assertThat(NetworkNamespace.list()).noneMatch(name -> name.startsWith("hkeep"));
    }

    private static List<String> snapshots() {
        List<String> lines = new ArrayList<>();
        for (String namespace :
                new String[] {
                    HOST,
                    NETWORK.fabricNamespace(),
                    NETWORK.nodeNamespace("node-1"),
                    NETWORK.nodeNamespace("node-2"),
                    NETWORK.outsideNamespace()
                }) {
            Kernel.snapshot(namespace)
                    .lines()
                    .map(line ->
                            line.replaceAll("^\\d+:|@if\\d+|link-netns\\S* \\S+", "")
                                    .replaceAll("proto (kernel|static|boot)|metric \\d+", "")
                                    .replaceAll("\\s+", " "))
                    .sorted()
                    .forEach(lines::add);
        }
        return lines;
    }

    /** The kernel makes its own routes some time after a link has come up. */
    private static List<String> settled() {
        List<String> last = new ArrayList<>();
        Eventually.holds(
                PATIENCE,
                () -> {
                    List<String> now = snapshots();
                    boolean same = now.equals(last);
                    last.clear();
                    last.addAll(now);
                    return same ? "" : "it still changes";
                });
        return last;
    }

    @ParameterizedTest
    @FieldSource("DAMAGES")
    void damageIsRepairedAndTold(String station, String damage) {
        List<String> whole = settled();
        assertThat(told).isEmpty();
        Kernel.run("sh", "-c", damage);
        becomes(whole, station);
    }

    @ParameterizedTest
    @FieldSource("DAMAGES")
    void damageThatIsDoneWhileNobodyKeepsTheFabricIsRepairedAndTold(String station, String damage) {
        List<String> whole = settled();
        onHost.close();
        inFabric.close();
        Kernel.run("sh", "-c", damage);
        startKeepers();
        becomes(whole, station);
    }

    private void becomes(List<String> whole, String station) {
        Eventually.holds(PATIENCE, () -> told.containsKey(station) ? "" : "told: " + told);
        Eventually.holds(
                PATIENCE,
                () -> {
                    List<String> now = snapshots();
                    List<String> gone = new ArrayList<>(whole);
                    List<String> besides = new ArrayList<>(now);
                    now.forEach(gone::remove);
                    whole.forEach(besides::remove);
                    return now.equals(whole)
                            ? ""
                            : "gone: %s, besides: %s".formatted(gone, besides);
                });
        for (IpFamily family : IpFamily.values()) {
            assertThat(
                            Kernel.connect(
                                    Kernel.path(HOST),
                                    Kernel.path(NETWORK.nodeNamespace("node-1")),
                                    NETWORK.node(1, family)))
                    .isEqualTo(NETWORK.hostEnd(family));
        }
    }

    @Test
    void aFabricThatIsWholeIsLeftAlone() {
        List<String> whole = settled();
        Kernel.in(HOST, "ip", "link", "add", "x0", "type", "veth", "peer", "name", "x1");
        Kernel.in(HOST, "ip", "link", "del", "x0");
        Kernel.in(HOST, "ip", "route", "del", "10.240.0.0/16");
        Eventually.holds(PATIENCE, () -> told.containsKey("host") ? "" : "nothing told");
        assertThat(told).containsOnlyKeys("host");
        assertThat(told.get("host"))
                .containsExactly("bp-hkeep: route 10.240.0.0/16 via 198.18.4.1 is missing");
        assertThat(snapshots()).isEqualTo(whole);
    }
}
