package io.biplane.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeapsTest {
    @ParameterizedTest
    @CsvSource({
        // GiB, nodes; control plane, stand-ins and agents in MiB
        "1,    2,  384,  192,  256",
        "2,    2,  384,  192,  256",
        "4,    2,  512,  192,  272",
        "8,    2, 1024,  256,  512",
        "8,   20, 1024,  380,  512",
        "24,   2, 3072,  768, 1536",
        "24,  20, 3072,  768, 1536",
        "24, 250, 3072, 2910, 2256",
        "64, 250, 4096, 2910, 2256",
        "1024, 2, 4096, 1024, 2048",
    })
    void theyFollowTheMemoryAndTheNodes(
            long gib, int nodes, int controlPlane, int standIns, int agents) {
        long bytes = gib << 30;
        assertThat(Heaps.BY_DEFAULT.mib(Component.CONTROL_PLANE, bytes, nodes))
                .isEqualTo(controlPlane);
        assertThat(Heaps.BY_DEFAULT.mib(Component.STAND_INS, bytes, nodes)).isEqualTo(standIns);
        assertThat(Heaps.BY_DEFAULT.mib(Component.AGENTS, bytes, nodes)).isEqualTo(agents);
    }

    @Test
    void whatIsToldHolds() {
        Heaps heaps = Heaps.parse("agents=512m,control-plane=2g");
        assertThat(heaps.mib(Component.CONTROL_PLANE, 1L << 30, 1)).isEqualTo(2048);
        assertThat(heaps.mib(Component.AGENTS, 64L << 30, 250)).isEqualTo(512);
        assertThat(heaps.mib(Component.STAND_INS, 1L << 30, 1)).isEqualTo(192);
        assertThat(heaps).hasToString("control-plane=2048m,agents=512m");
        assertThat(Heaps.parse(heaps.toString())).isEqualTo(heaps);
        assertThat(Heaps.parse("")).isEqualTo(Heaps.BY_DEFAULT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "512m | \"512m\" is not <process>=<number>m or …g",
                "agents=512 | \"agents=512\" is not",
                "agents=1g, | \"\" is not",
                "kubelet=1g | there is no process \"kubelet\" (there are control-plane, stand-ins and agents)",
                "agents=8m | a heap of less than 32 MiB holds no agents",
            })
    void whatIsWrongIsNamed(String text, String fault) {
        assertThatThrownBy(() -> Heaps.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(fault);
    }
}
