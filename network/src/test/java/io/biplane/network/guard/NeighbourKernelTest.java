package io.biplane.network.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.RawPackets.Form;
import io.biplane.linux.testing.RawPackets.Packet;
import io.biplane.netip.IpFamily;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.fabric.Kernel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Lies about who is a neighbour, told by a pod, a node and the outside: nobody believes them. */
@KernelTest
final class NeighbourKernelTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final ClusterNetwork NETWORK = GuardLab.NETWORK;
    private static final int INVENTED = 300;

    @TempDir Path ledgers;
    private GuardLab lab;

    @BeforeEach
    void setUp() {
        lab = new GuardLab(ledgers);
        lab.guard();
    }

    @AfterEach
    void tearDown() {
        lab.close();
    }

    /** Who is asked for and spoken for: everybody whom the sender could reach. */
    private List<String> about(IpFamily family) {
        return Stream.of(
                        family == IpFamily.IPV4 ? "169.254.1.1" : "fe80::1",
                        lab.address("b", family).toString(),
                        NETWORK.node(1, family).toString(),
                        NETWORK.node(2, family).toString(),
                        NETWORK.gateway(family).toString(),
                        NETWORK.outsideGateway(family).toString())
                .toList();
    }

    private List<Packet> lies() {
        List<Packet> lies = new ArrayList<>();
        for (String target : about(IpFamily.IPV4)) {
            for (int i = 0; i < INVENTED / 6; i++) {
                lies.add(new Packet(Form.ARP_REQUEST, "10.239.200." + i, target));
            }
            lies.add(new Packet(Form.ARP_REQUEST, target, target));
            lies.add(new Packet(Form.ARP_REPLY, target, target));
            lies.add(new Packet(Form.REDIRECT, target, lab.address("b", IpFamily.IPV4).toString()));
            lies.add(new Packet(Form.REDIRECT, target, NETWORK.node(1, IpFamily.IPV4).toString()));
        }
        for (String target : about(IpFamily.IPV6)) {
            for (int i = 0; i < INVENTED / 6; i++) {
                lies.add(new Packet(Form.NS, "fe80::200:" + i, target));
                lies.add(new Packet(Form.NS, "fd00:10:239:1::200:" + i, target));
            }
            lies.add(new Packet(Form.NA, "fe80::1", target));
            lies.add(new Packet(Form.NA, target, target));
            lies.add(new Packet(Form.RA, "fe80::1", target));
            lies.add(new Packet(Form.RA, "fe80::66", target));
            lies.add(new Packet(Form.REDIRECT, "fe80::1", target));
        }
        return lies;
    }

    @ParameterizedTest
    @ValueSource(strings = {"pod-default_a", "node-2", "outside"})
    void nothingIsLearntFromLies(String liar) {
        List<String> before = GuardLab.state();
        assertThat(before).noneMatch(line -> line.contains("REACHABLE") || line.contains("STALE"));
        GuardLab.broadcast(liar, lies());
        // What is sent last has the sender's own address: when it has come, the rest has been seen.
        for (IpFamily family : IpFamily.values()) {
            String own =
                    switch (liar) {
                        case "node-2" -> NETWORK.node(2, family).toString();
                        case "outside" -> NETWORK.outsideHost(family).toString();
                        default -> lab.address("a", family).toString();
                    };
            List<Packet> honest =
                    List.of(new Packet(Form.UDP, own, NETWORK.node(1, family).toString()));
            switch (liar) {
                case "node-2" -> lab.sendFromNode("node-2", honest);
                case "outside" -> lab.sendFromOutside(honest);
                default -> lab.send("a", honest);
            }
            Eventually.holds(
                    LIMIT,
                    () ->
                            lab.receiver("node-1").has(honest)
                                    ? ""
                                    : lab.receiver("node-1").marks().toString());
        }
        assertThat(GuardLab.state()).isEqualTo(before);
    }

    /** The same requests where the links answer ARP, so that the test above means something. */
    @Test
    void whereLinksAnswerLiesAreBelieved() {
        String node = NETWORK.nodeNamespace("node-1");
        Kernel.in(node, "ip", "link", "set", "eth0", "arp", "on");
        GuardLab.broadcast("node-2", lies());
        Eventually.holds(
                LIMIT,
                () ->
                        GuardLab.state().stream().filter(l -> l.contains("10.239.200.")).count()
                                        > 40
                                ? ""
                                : "no neighbour was learnt");
    }
}
