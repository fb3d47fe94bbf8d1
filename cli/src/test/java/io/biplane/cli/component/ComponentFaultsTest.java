package io.biplane.cli.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.cli.command.CommandFailure;
import io.biplane.controllers.config.ControllerManagerConfig;
import io.biplane.netip.IpFamily;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class ComponentFaultsTest {
    @Test
    void takesTheDocumentedLineAsWritten() {
        ControllerManagerConfig config =
                read(
                        "--feature-gates=\"IPv6DualStack=true\" --cluster-cidr=10.244.0.0/16,fc00::/24"
                                + " --service-cluster-ip-range=10.0.0.0/16,fd00:10:96::/112"
                                + " --node-cidr-mask-size-ipv4=24 --node-cidr-mask-size-ipv6=64 --kubeconfig k");
        assertThat(config.clusterCidrs()).hasToString("[10.244.0.0/16, fc00::/24]");
        assertThat(config.nodeMask(IpFamily.IPV6)).isEqualTo(64);
        assertThat(config.allocateNodeCidrs()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--cluster-cidr=10.244.0.0/16,fc00::/23 | fc00::/23",
                "--cluster-cidr=10.244.0.0/16,10.245.0.0/16 | len of ClusterCIDRs==2 and they are not configured as dual stack (at least one from each IPFamily",
                "--cluster-cidr=10.244.0.0/16,fc00::/24,fd00::/48 | length of clusterCIDRs is:3 more than max allowed of 2",
                "--cluster-cidr=10.244.0.0/16,fc00::/24 --feature-gates=IPv6DualStack=false | len of ClusterCIDRs==2 and dualstack or EndpointSlice feature is not enabled",
                "--cluster-cidr=10.244.0.0/16,fc00::/24 --node-cidr-mask-size=24 | usage of --node-cidr-mask-size is not allowed with dual-stack clusters",
                "--cluster-cidr=10.244.0.0/16,fc00::/24 --node-cidr-mask-size-ipv4=12 | Controller: Invalid --cluster-cidr, mask size of cluster CIDR must be less than or equal to --node-cidr-mask-size configured for CIDR family",
                "--cluster-cidr=10.244.0.0/16,nonsense | invalid CIDR address: nonsense",
                "--cluster-cidr=10.244.0.0/16,fc00::/24 --node-cidr-mask-size-ipv6=many | invalid argument \"many\" for \"--node-cidr-mask-size-ipv6\" flag",
            })
    void refusesFaultyRanges(String line, String literal) {
        assertThatThrownBy(() -> read(line))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining(literal)
                .hasMessageMatching("(?s).*\\(--[a-z0-9-]+.*\\).*|.*write --.*");
    }

    private static ControllerManagerConfig read(String line) {
        return KubeControllerManagerCommand.config(
                KubeControllerManagerCommand.FLAGS.read(List.of(line.split(" ", -1))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.1 | true | ''",
                "fd00::1,10.0.0.1 | true | ''",
                "10.0.0.1,10.0.0.2 | true | must contain either a single IP or a dual-stack pair of IPs",
                "10.0.0.1,fd00::1,fd00::2 | true | must contain either a single IP or a dual-stack pair of IPs",
                "0.0.0.0,fd00::1 | true | dual-stack node IP cannot include '0.0.0.0' or '::'",
                "10.0.0.1,fd00::1 | false | not supported in a single-stack cluster",
                "10.0.0.1,nonsense | true | bad --node-ip \"10.0.0.1,nonsense\"",
            })
    void judgesNodeIps(String value, boolean dualStack, String fault) {
        FeatureGates gates = FeatureGates.parse("IPv6DualStack=" + dualStack);
        if (fault.isEmpty()) {
            assertThat(NodeIps.faults(value, gates)).isEmpty();
        } else {
            assertThat(NodeIps.faults(value, gates)).singleElement().asString().contains(fault);
        }
    }
}
