package io.biplane.network.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.view.NodeView;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

final class RoutedBlocksTest {
    private static final ClusterNetwork NETWORK = ClusterNetwork.plan("r", 0);
    private static final NodeView ONE = node("node-1", 1, "10.244.1.0/24", "172.30.0.11");
    private static final NodeView TWO = node("node-2", 2, "10.244.2.0/24", "172.30.0.12");

    private static NodeView node(String name, int second, String podCidr, String address) {
        String json =
                """
                {"metadata":{"name":"%s","uid":"u-%s","creationTimestamp":"2026-01-01T00:00:%02dZ"},
                 "spec":{"podCIDRs":["%s"]},
                 "status":{"addresses":[{"type":"InternalIP","address":"%s"}]}}
                """
                        .formatted(name, name, second, podCidr, address);
        return NodeView.of((ObjectNode) JsonMapper.shared().readTree(json));
    }

    private static RoutedBlocks blocks(IpFamily family, String self, NodeView... nodes) {
        List<NodeView> shuffled = new ArrayList<>(List.of(nodes));
        Collections.reverse(shuffled);
        return RoutedBlocks.of(NETWORK, family, self, shuffled);
    }

    @Test
    void blocksAreRoutedToTheirNodesAndTheOwnOneIsUnreachable() {
        RoutedBlocks blocks = blocks(IpFamily.IPV4, "node-1", ONE, TWO);
        assertThat(blocks.nextHops())
                .hasSize(2)
                .containsEntry(Prefix.parse("10.244.1.0/24"), Optional.empty())
                .containsEntry(
                        Prefix.parse("10.244.2.0/24"), Optional.of(Addr.parse("172.30.0.12")));
        assertThat(blocks.refused()).isEmpty();
    }

    /** What a third Node says of itself, and why it gets no route for it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    IPV4 | 8.8.8.0/24      | 172.30.0.13 | podCIDR 8.8.8.0/24 is not in the cluster's pod range 10.244.0.0/16
                    IPV4 | 10.0.0.0/8      | 172.30.0.13 | podCIDR 10.0.0.0/8 is not in the cluster's pod range 10.244.0.0/16
                    IPV4 | 172.30.0.0/24   | 172.30.0.13 | podCIDR 172.30.0.0/24 is not in the cluster's pod range 10.244.0.0/16
                    IPV4 | 10.244.1.0/24   | 172.30.0.13 | podCIDR 10.244.1.0/24 overlaps 10.244.1.0/24 of node node-1
                    IPV4 | 10.244.1.128/25 | 172.30.0.13 | podCIDR 10.244.1.128/25 overlaps 10.244.1.0/24 of node node-1
                    IPV4 | 10.244.2.0/23   | 172.30.0.13 | podCIDR 10.244.2.0/23 overlaps 10.244.2.0/24 of node node-2
                    IPV4 | 10.244.0.0/16   | 172.30.0.13 | podCIDR 10.244.0.0/16 overlaps 10.244.2.0/24 of node node-2
                    IPV4 | 10.244.3.0/24   | 172.30.0.12 | InternalIP 172.30.0.12 is that of node node-2
                    IPV4 | 10.244.3.0/24   | 172.30.0.1  | InternalIP 172.30.0.1 is the gateway's
                    IPV4 | 10.244.3.0/24   | 8.8.8.8     | InternalIP 8.8.8.8 is not in the cluster's node range 172.30.0.0/20
                    IPV4 | 10.244.3.0/24   | 10.244.1.2  | InternalIP 10.244.1.2 is not in the cluster's node range 172.30.0.0/20
                    IPV6 | 2001:4860::/64  | fd00:172:30::d | podCIDR 2001:4860::/64 is not in the cluster's pod range fd00:10:244::/56
                    IPV6 | fd00:10:244::/56 | fd00:198:18::2 | InternalIP fd00:198:18::2 is not in the cluster's node range fd00:172:30::/64
                    """)
    void whatIsNotTheNodesOwnGetsNoRoute(
            IpFamily family, String podCidr, String address, String reason) {
        NodeView third = node("node-3", 3, podCidr, address);
        RoutedBlocks blocks = blocks(family, "", ONE, TWO, third);
        assertThat(blocks.refused()).containsExactly(new RoutedBlocks.Refused(third, reason));
        assertThat(blocks.nextHops()).hasSize(family == IpFamily.IPV4 ? 2 : 0);
        assertThat(blocks(family, "node-3", third).nextHops())
                .as("not even unreachable in its own namespace, if it is not the cluster's")
                .doesNotContainKey(Prefix.parse("8.8.8.0/24"));
    }

    @Test
    void whoCameFirstKeepsWhatALaterOneClaims() {
        NodeView thief = node("a-thief", 30, "10.244.1.0/24", "172.30.0.11");
        RoutedBlocks blocks = blocks(IpFamily.IPV4, "", thief, ONE);
        assertThat(blocks.nextHops())
                .containsExactlyEntriesOf(
                        java.util.Map.of(
                                Prefix.parse("10.244.1.0/24"),
                                Optional.of(Addr.parse("172.30.0.11"))));
        assertThat(blocks.refused())
                .extracting(refused -> refused.node().name())
                .containsExactly("a-thief");
    }

    @Test
    void aNodeThatSaysNothingYetIsNoFault() {
        String json = "{\"metadata\":{\"name\":\"new\"},\"spec\":{},\"status\":{}}";
        NodeView fresh = NodeView.of((ObjectNode) JsonMapper.shared().readTree(json));
        RoutedBlocks blocks = blocks(IpFamily.IPV4, "", ONE, fresh);
        assertThat(blocks.nextHops()).hasSize(1);
        assertThat(blocks.refused()).isEmpty();
    }

    @Test
    @Timeout(20)
    void thousandsOfNodesAreComparedAtOnce() {
        List<NodeView> nodes = new ArrayList<>();
        for (int i = 0; i < 4000; i++) {
            nodes.add(
                    node(
                            "n" + i,
                            0,
                            "10.244.%d.%d/28".formatted(i / 16, i % 16 * 16),
                            Addr.parse("172.30.0.11").plus(i).toString()));
        }
        RoutedBlocks blocks = RoutedBlocks.of(NETWORK, IpFamily.IPV4, "", nodes);
        assertThat(blocks.nextHops()).hasSize(4000);
    }
}
