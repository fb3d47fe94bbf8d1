package io.biplane.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.controllers.config.ControllerManagerConfig;
import io.biplane.netip.DualStack;
import io.biplane.netip.Prefix;
import io.biplane.network.fabric.ClusterNetwork;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.OptionalInt;

class NodeRoomTest {
    private static ControllerManagerConfig cut(String cidrs, String services, int v4, int v6) {
        return new ControllerManagerConfig(true, cidrs, services, 0, v4, v6, true, 100);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.180.0.0/23,fd00:10:180::/56 | 2",
                "10.180.0.0/24 | 1",
                "10.244.0.0/16,fc00::/24 | 250",
                "fd00::/64 | 1",
            })
    void enoughIsNoFault(String cidrs, int nodes) {
        assertThat(new NodeRoom(cut(cidrs, "", 0, 0), nodes).faults()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "10.180.0.0/23,fd00:10:180::/56 | 3 | --cluster-cidr=10.180.0.0/23 with node blocks of /24 has room for 2 nodes, 3 asked (give a larger range, smaller blocks by --node-cidr-mask-size-ipv4=25, or --nodes=2) | -",
                "10.180.0.0/24,fd00:10:180::/64 | 5 | --cluster-cidr=10.180.0.0/24 with node blocks of /24 has room for 1 node, 5 asked (give a larger range, smaller blocks by --node-cidr-mask-size-ipv4=27, or --nodes=1) | --cluster-cidr=fd00:10:180::/64 with node blocks of /64 has room for 1 node, 5 asked (give a larger range, smaller blocks by --node-cidr-mask-size-ipv6=67, or --nodes=1)",
            })
    void eachRangeWithoutRoomIsNamedWithWhatWouldFit(
            String cidrs, int nodes, String first, String second) {
        List<String> faults = new NodeRoom(cut(cidrs, "", 0, 0), nodes).faults();
        assertThat(faults).isEqualTo(second == null ? List.of(first) : List.of(first, second));
    }

    /** What it says would fit does. */
    @ParameterizedTest
    @CsvSource({"10.180.0.0/23, 3", "10.180.0.0/24, 5", "10.180.0.0/24, 8", "10.0.0.0/24, 64"})
    void theBlocksThatAreNamedAreEnoughAndLargerOnesAreNot(String cidr, int nodes) {
        String fault = new NodeRoom(cut(cidr, "", 0, 0), nodes).faults().getFirst();
        int bits = Integer.parseInt(fault.replaceAll(".*-ipv4=(\\d+).*", "$1"));
        assertThat(new NodeRoom(cut(cidr, "", bits, 0), nodes).faults()).isEmpty();
        assertThat(new NodeRoom(cut(cidr, "", bits - 1, 0), nodes).faults()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/26, 26, 33", "10.0.0.0/28, 28, 250"})
    void blocksThatWouldHoldNoPodAreNotOffered(String cidr, int mask, int nodes) {
        assertThat(new NodeRoom(cut(cidr, "", mask, 0), nodes).faults().getFirst())
                .endsWith("(give a larger range, or --nodes=1)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | 3 | --nodes=3: --cluster-cidr=10.180.0.0/23 of cluster c, with node blocks of /24, has room for 2 nodes (give --nodes=2; for more, biplane down --delete, then up with a larger range or smaller blocks by --node-cidr-mask-size-ipv4=25)",
                "3 | 3 | --nodes=3: --cluster-cidr=10.180.0.0/23 of cluster c, with node blocks of /24, has room for 2 nodes (biplane down --delete, then up with a larger range or smaller blocks by --node-cidr-mask-size-ipv4=25)",
            })
    void anExistingClusterKeepsItsRanges(int present, int asked, String fault) {
        ClusterNetwork plan = ClusterNetwork.plan("c", 0);
        ClusterSpec spec =
                new ClusterSpec(
                        new ClusterNetwork(
                                "c",
                                DualStack.ofPrefixes(
                                        List.of(
                                                Prefix.parse("10.180.0.0/23"),
                                                Prefix.parse("fd00:10:180::/56"))),
                                plan.services(),
                                plan.nodes(),
                                plan.transit(),
                                plan.outside()),
                        present,
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        "",
                        6443,
                        "",
                        Heaps.BY_DEFAULT);
        assertThat(new NodeRoom(spec.controllerConfig(), asked).faultsOf(spec))
                .containsExactly(fault);
        assertThat(new NodeRoom(spec.controllerConfig(), 2).faultsOf(spec)).isEmpty();
    }
}
