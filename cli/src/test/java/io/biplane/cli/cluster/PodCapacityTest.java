package io.biplane.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.network.fabric.ClusterNetwork;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.OptionalInt;

class PodCapacityTest {
    /** So much of everything that only the number of nodes counts. */
    private static final MachineLimits LARGE =
            new MachineLimits(1 << 20, 1 << 20, 1 << 20, 1L << 40, 1L << 40);

    private static ClusterSpec spec(int nodes, int mask4, int mask6, String heaps) {
        return new ClusterSpec(
                ClusterNetwork.plan("c", 0),
                nodes,
                mask4 == 0 ? OptionalInt.empty() : OptionalInt.of(mask4),
                mask6 == 0 ? OptionalInt.empty() : OptionalInt.of(mask6),
                "",
                6443,
                "",
                Heaps.parse(heaps));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "1 | 0 | 0 | - | 110 | a node takes 110 (more: --nodes)",
                "250 | 0 | 0 | agents=9g,stand-ins=9g | 27500 | a node takes 110 (more: --nodes)",
                "2 | 26 | 0 | - | 122 | a node's block of IPv4, a /26, has 61 addresses for pods (more: --nodes, or a new cluster with --node-cidr-mask-size-ipv4)",
                "3 | 0 | 126 | - | 6 | a node's block of IPv6, a /126, has 2 addresses for pods (more: --nodes, or a new cluster with --node-cidr-mask-size-ipv6)",
                "3 | 0 | 121 | - | 330 | a node takes 110 (more: --nodes)",
                "2 | 0 | 0 | stand-ins=32m | 81 | the stand-ins have a heap of 32 MiB (more: --heap=stand-ins=<size>)",
                "2 | 0 | 0 | agents=40m | 163 | the agents have a heap of 40 MiB (more: --heap=agents=<size>)",
            })
    void theClustersOwnLimits(int nodes, int mask4, int mask6, String heaps, long pods, String by) {
        ClusterSpec spec = spec(nodes, mask4, mask6, heaps == null ? "" : heaps);
        assertThat(new PodCapacity(spec, LARGE).lowest())
                .isEqualTo(new PodCapacity.Limit(pods, by));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1324 | 100000 | 100000 | 24576 | 100 | a process may have 1324 open files (more: ulimit -Hn, or LimitNOFILE= of the unit)",
                "1024 | 100000 | 100000 | 24576 | 0 | a process may have 1024 open files (more: ulimit -Hn, or LimitNOFILE= of the unit)",
                "256 | 100000 | 100000 | 24576 | 0 | a process may have 256 open files (more: ulimit -Hn, or LimitNOFILE= of the unit)",
                "20000 | 164 | 100000 | 24576 | 100 | the machine has 164 network namespaces (more: sysctl user.max_net_namespaces)",
                "20000 | 100000 | 80 | 24576 | 16 | there may be 80 mounts (more: sysctl fs.mount-max)",
                "20000 | 100000 | 100000 | 90 | 180 | 90 MiB of memory are free, and a pod takes half a MiB",
            })
    void theMachinesLimits(
            long files, long namespaces, long mounts, long freeMib, long pods, String by) {
        MachineLimits machine =
                new MachineLimits(files, namespaces, mounts, 24L << 30, freeMib << 20);
        assertThat(new PodCapacity(spec(2, 0, 0, ""), machine).lowest())
                .isEqualTo(new PodCapacity.Limit(pods, by));
    }
}
