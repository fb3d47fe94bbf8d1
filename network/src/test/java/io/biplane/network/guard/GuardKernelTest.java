package io.biplane.network.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.RawPackets.Form;
import io.biplane.linux.testing.RawPackets.Packet;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.fabric.Kernel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Packets with sources that are not the sender's, sent past its kernel. What is sent last has the
 * sender's own address and takes the same way: when it has come, what has not come comes no more.
 */
@KernelTest
final class GuardKernelTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final ClusterNetwork NETWORK = GuardLab.NETWORK;

    @TempDir Path ledgers;
    private GuardLab lab;

    @BeforeEach
    void setUp() {
        lab = new GuardLab(ledgers);
    }

    @AfterEach
    void tearDown() {
        lab.close();
    }

    /** What pod a is not, by what it is. */
    private Map<String, String> sources(IpFamily family) {
        boolean v4 = family == IpFamily.IPV4;
        Map<String, String> sources = new LinkedHashMap<>();
        sources.put("its node", NETWORK.node(1, family).toString());
        sources.put("another node", NETWORK.node(2, family).toString());
        sources.put("the gateway", NETWORK.gateway(family).toString());
        sources.put("a cluster IP", NETWORK.services().get(family).orElseThrow().at(9).toString());
        sources.put("a pod beside it", lab.address("b", family).toString());
        sources.put("a pod elsewhere", lab.address("c", family).toString());
        sources.put("its block, no pod", v4 ? "10.239.1.77" : "fd00:10:239:1::77");
        sources.put("its block's anycast", v4 ? "10.239.1.0" : "fd00:10:239:1::");
        sources.put("the world", v4 ? "8.8.8.8" : "2001:4860::8");
        sources.put("outside", NETWORK.outsideHost(family).toString());
        sources.put("the host", NETWORK.hostEnd(family).toString());
        sources.put("loopback", v4 ? "127.0.0.1" : "::1");
        sources.put("multicast", v4 ? "224.0.0.5" : "ff02::1");
        sources.put("nobody", v4 ? "0.0.0.0" : "::");
        sources.put("the link", v4 ? "169.254.1.1" : "fe80::1");
        sources.put("broadcast or mapped", v4 ? "255.255.255.255" : "::ffff:10.239.1.3");
        return sources;
    }

    private static List<Packet> packets(Iterable<String> sources, Addr destination) {
        List<Packet> packets = new ArrayList<>();
        for (String source : sources) {
            for (Form form : Form.MARKED) {
                packets.add(new Packet(form, source, destination.toString()));
            }
        }
        return packets;
    }

    /** Sends to every receiver from pod a, honest packets last, and waits for these. */
    private Set<String> arrived(IpFamily family) {
        Set<String> arrived = new TreeSet<>();
        lab.receivers(family)
                .forEach((who, destination) -> {
                    List<Packet> honest =
                            packets(List.of(lab.address("a", family).toString()), destination);
                    List<Packet> packets = packets(sources(family).values(), destination);
                    packets.addAll(honest);
                    lab.send("a", packets);
                    await(who, honest);
                    Set<String> marks = lab.receiver(who).marks();
                    honest.forEach(packet -> marks.remove(packet.mark()));
                    marks.forEach(mark -> arrived.add(who + " " + mark));
                });
        return arrived;
    }

    private void await(String who, List<Packet> honest) {
        Eventually.holds(
                LIMIT,
                () ->
                        lab.receiver(who).has(honest)
                                ? ""
                                : "%s has %s".formatted(who, lab.receiver(who).marks()));
    }

    @ParameterizedTest
    @EnumSource
    void nothingArrivesButWhatThePodIs(IpFamily family) {
        lab.guard();
        assertThat(sources(family)).hasSizeGreaterThanOrEqualTo(12);
        assertThat(arrived(family)).isEmpty();
    }

    /** The same packets where there is no guard, so that the test above means something. */
    @ParameterizedTest
    @EnumSource
    void withoutTheGuardLiesArriveEverywhere(IpFamily family) {
        Set<String> arrived = arrived(family);
        String world = family == IpFamily.IPV4 ? "8.8.8.8" : "2001:4860::8";
        lab.receivers(family)
                .forEach((who, destination) -> {
                    for (Form form : Form.MARKED) {
                        Packet lie = new Packet(form, world, destination.toString());
                        assertThat(arrived).contains(who + " " + lie.mark());
                    }
                });
        assertThat(arrived).hasSizeGreaterThan(7 * 6 * Form.MARKED.size());
    }

    @ParameterizedTest
    @EnumSource
    void aPodThatIsGoneOrNotYetThereSendsNothing(IpFamily family) {
        lab.guard();
        Addr destination = lab.address("c", family);
        List<Packet> late = packets(List.of(lab.address("a", family).toString()), destination);
        Kernel.in(
                NETWORK.nodeNamespace("node-1"),
                "ip",
                family == IpFamily.IPV4 ? "-4" : "-6",
                "route",
                "del",
                lab.address("a", family).toString());
        lab.send("a", late);
        List<Packet> honest = packets(List.of(lab.address("b", family).toString()), destination);
        lab.send("b", honest);
        await("pod c", honest);
        assertThat(lab.receiver("pod c").marks())
                .doesNotContainAnyElementsOf(late.stream().map(Packet::mark).toList());
    }

    @ParameterizedTest
    @EnumSource
    void aNodeSendsOnlyWhatIsItsOwnBeyondTheBridge(IpFamily family) {
        lab.guard();
        boolean v4 = family == IpFamily.IPV4;
        List<String> lies =
                List.of(
                        v4 ? "8.8.8.8" : "2001:4860::8",
                        NETWORK.gateway(family).toString(),
                        NETWORK.hostEnd(family).toString(),
                        NETWORK.outsideHost(family).toString(),
                        NETWORK.services().get(family).orElseThrow().at(9).toString(),
                        v4 ? "10.239.9.9" : "fd00:10:239:9::9",
                        v4 ? "127.0.0.1" : "::1",
                        v4 ? "0.0.0.0" : "::");
        for (String who : List.of("gateway", "host", "outside")) {
            Addr destination = lab.receivers(family).get(who);
            if (destination == null) {
                throw new IllegalStateException(who);
            }
            List<Packet> honest =
                    packets(
                            List.of(
                                    NETWORK.node(1, family).toString(),
                                    lab.address("a", family).toString()),
                            destination);
            List<Packet> all = packets(lies, destination);
            all.addAll(honest);
            lab.sendFromNode("node-1", all);
            await(who, honest);
            Set<String> marks = lab.receiver(who).marks();
            honest.forEach(packet -> marks.remove(packet.mark()));
            assertThat(marks).as(who).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatComesFromBeyondTheClusterIsNotOfTheCluster(IpFamily family) {
        lab.guard();
        List<String> lies =
                List.of(
                        lab.address("a", family).toString(),
                        NETWORK.node(1, family).toString(),
                        NETWORK.node(2, family).toString(),
                        NETWORK.gateway(family).toString(),
                        NETWORK.hostEnd(family).toString());
        Addr destination = NETWORK.node(1, family);
        List<Packet> honest = packets(List.of(NETWORK.outsideHost(family).toString()), destination);
        List<Packet> all = packets(lies, destination);
        all.addAll(honest);
        lab.sendFromOutside(all);
        await("node-1", honest);
        assertThat(lab.receiver("node-1").marks())
                .containsExactlyInAnyOrderElementsOf(honest.stream().map(Packet::mark).toList());
    }

    @Test
    void theTablesAreAsDesigned() {
        lab.guard();
        String listed = Kernel.in(NETWORK.nodeNamespace("node-1"), "nft", "list", "ruleset");
        assertThat(listed.replaceAll(",\\s+", ", ").replaceAll("packets \\d+ bytes \\d+ ", ""))
                .isEqualTo(
                        """
                        table ip biplane-guard {
                        \tset never-sources {
                        \t\ttype ipv4_addr
                        \t\tflags interval
                        \t\telements = { 0.0.0.0/8, 127.0.0.0/8, 224.0.0.0/4, 240.0.0.0/4 }
                        \t}

                        \tset discovery {
                        \t\ttype icmp_type
                        \t\telements = { redirect, router-advertisement, router-solicitation }
                        \t}

                        \tchain prerouting {
                        \t\ttype filter hook prerouting priority -450; policy accept;
                        \t\tiifname "lo" accept
                        \t\tip saddr @never-sources counter drop
                        \t\tfib saddr . iif oif missing counter drop
                        \t\tiifname "eth0" fib saddr oifname != "eth0" counter drop
                        \t\ticmp type @discovery counter drop comment "all neighbours are permanent, all routes are given"
                        \t}
                        }
                        table ip6 biplane-guard {
                        \tset never-sources {
                        \t\ttype ipv6_addr
                        \t\tflags interval
                        \t\telements = { ::/96, ff00::/8 }
                        \t}

                        \tset discovery {
                        \t\ttype icmpv6_type
                        \t\telements = { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, nd-redirect }
                        \t}

                        \tchain prerouting {
                        \t\ttype filter hook prerouting priority -450; policy accept;
                        \t\tiifname "lo" accept
                        \t\tip6 saddr @never-sources counter drop
                        \t\tfib saddr . iif oif missing counter drop
                        \t\tiifname "eth0" fib saddr oifname != "eth0" counter drop
                        \t\ticmpv6 type @discovery counter drop comment "all neighbours are permanent, all routes are given"
                        \t}
                        }
                        """);
    }
}
