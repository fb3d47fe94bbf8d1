package io.biplane.apiserver.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.api.Json;
import io.biplane.apiserver.allocation.NodePorts.Run;
import io.biplane.netip.TransportProtocol;
import io.biplane.netip.allocation.PortRange;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Sets of node ports as claims write them, what covers them, and how many are chosen at once. */
class NodePortsTest {
    private static final Set<TransportProtocol> TCP = Set.of(TransportProtocol.TCP);

    private static NodePort tcp(int number) {
        return new NodePort(TransportProtocol.TCP, number);
    }

    private static NodePort udp(int number) {
        return new NodePort(TransportProtocol.UDP, number);
    }

    @Test
    void portsAreWrittenAsRunsAndReadAgain() {
        NodePorts ports =
                NodePorts.of(List.of(tcp(30_002), tcp(30_000), tcp(30_001), tcp(1), udp(65_535)));
        assertThat(ports).hasToString("{\"TCP\":\"1,30000-30002\",\"UDP\":\"65535\"}");
        assertThat(NodePorts.read(ports.json())).isEqualTo(ports);
        assertThat(NodePorts.read(NodePorts.NONE.json())).isEqualTo(NodePorts.NONE);
        assertThat(ports.contains(tcp(65_535))).isFalse();
        assertThatThrownBy(() -> NodePorts.read(Json.parse("{\"TCP\":\"a-b\"}")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theSmallestGapsAreClosedWhereThereAreTooManyRuns() {
        NodePorts ports =
                NodePorts.of(List.of(tcp(10), tcp(12), tcp(20), tcp(21), tcp(40), udp(13)));
        assertThat(ports.cover(5)).hasSize(5);
        assertThat(ports.cover(3))
                .containsExactlyInAnyOrder(
                        new Run(TransportProtocol.TCP, 10, 21),
                        new Run(TransportProtocol.TCP, 40, 40),
                        new Run(TransportProtocol.UDP, 13, 13));
        assertThat(ports.cover(1))
                .as("no range of keys is of two protocols")
                .containsExactlyInAnyOrder(
                        new Run(TransportProtocol.TCP, 10, 40),
                        new Run(TransportProtocol.UDP, 13, 13));
    }

    @Test
    void manyNumbersAreNeighboursAsFarAsTheyAreFree() {
        NodePortRange range =
                new NodePortRange(PortRange.parse("30000-30999"), Map.of(30_500, "reserved"));
        NodePorts taken = NodePorts.of(List.of(udp(30_300), tcp(30_700)));
        for (int seed = 0; seed < 100; seed++) {
            PortRuns runs = new PortRuns(range, taken, Set.of(tcp(30_100)), new Random(seed));
            Set<NodePort> chosen = new HashSet<>();
            for (int i = 0; i < 200; i++) {
                assertThat(chosen.add(tcp(runs.next(TCP).getAsInt()))).isTrue();
            }
            assertThat(chosen)
                    .as("seed %d", seed)
                    .doesNotContain(tcp(30_100), tcp(30_300), tcp(30_500), tcp(30_700))
                    .allMatch(port -> port.number() >= 30_031, "above the static band");
            assertThat(NodePorts.of(chosen).cover(Integer.MAX_VALUE)).hasSizeLessThan(6);
        }
    }

    @Test
    void theLastNumbersAreThoseOfTheBandAndThoseOfOtherProtocols() {
        NodePortRange range = NodePortRange.of(PortRange.parse("30000-30019"));
        NodePorts taken = NodePorts.of(List.of(udp(30_018), tcp(30_019)));
        PortRuns runs = new PortRuns(range, taken, Set.of(), new Random(1));
        Set<Integer> first = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            first.add(runs.next(TCP).getAsInt());
        }
        assertThat(first).as("free for all protocols").containsExactlyInAnyOrder(30_016, 30_017);
        assertThat(runs.next(TCP)).as("free for TCP").hasValue(30_018);
        Set<Integer> band = new HashSet<>();
        for (int i = 0; i < 16; i++) {
            band.add(runs.next(TCP).getAsInt());
        }
        assertThat(band).hasSize(16).allMatch(port -> port < 30_016);
        assertThat(runs.next(TCP)).isEmpty();
        assertThat(runs.next(Set.of(TransportProtocol.SCTP)))
                .as("a number that the Service has for another protocol")
                .isPresent();
    }
}
