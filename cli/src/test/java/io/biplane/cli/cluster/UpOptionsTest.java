package io.biplane.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.network.fabric.ClusterNetwork;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import picocli.CommandLine;

import java.util.OptionalInt;

class UpOptionsTest {
    private static final ClusterSpec SPEC =
            new ClusterSpec(
                    ClusterNetwork.plan("c", 0),
                    2,
                    OptionalInt.of(26),
                    OptionalInt.empty(),
                    "",
                    6443,
                    "",
                    Heaps.BY_DEFAULT);

    @CommandLine.Command
    private static final class Up {
        @CommandLine.Mixin UpOptions options = new UpOptions();
    }

    private static UpOptions options(String line) {
        Up up = new Up();
        new CommandLine(up).parseArgs(line.split(" ", -1));
        return up.options;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--nodes=3",
                "--cluster-cidr=10.244.0.0/16,fd00:10:244::/56",
                "--cluster-cidr=10.244.7.0/16,FD00:10:244:0::/56",
                "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96:0::/112",
                "--node-cidr-mask-size-ipv4=26 --node-cidr-mask-size-ipv6=64",
            })
    void theSameAgainIsNoContradiction(String line) {
        assertThat(options(line).contradictions(SPEC)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nodes=1 | --nodes=1: cluster c has 2 nodes",
                "--nodes=251 | --nodes=251: a cluster on one machine has 1 to 250 nodes",
                "--cluster-cidr=fd00:10:244::/56,10.244.0.0/16 | --cluster-cidr=fd00:10:244::/56,10.244.0.0/16: the cluster was made with --cluster-cidr=10.244.0.0/16,fd00:10:244::/56",
                "--cluster-cidr=nonsense | --cluster-cidr=nonsense: the cluster was made with",
                "--node-cidr-mask-size-ipv4=24 | --node-cidr-mask-size-ipv4=24: the cluster was made with --node-cidr-mask-size-ipv4=26",
                "--node-cidr-mask-size=25 | --node-cidr-mask-size=25: the cluster was made with --node-cidr-mask-size=26",
            })
    void whatCannotChangeIsNamed(String line, String fault) {
        assertThat(options(line).contradictions(SPEC)).singleElement().asString().startsWith(fault);
    }
}
