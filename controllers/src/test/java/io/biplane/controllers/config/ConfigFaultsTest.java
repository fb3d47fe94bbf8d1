package io.biplane.controllers.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.stream.Stream;

class ConfigFaultsTest {
    private static final String FIRST = "10.96.0.0/16";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.244.0.0/16,fc00::/24",
                "fc00::/24,10.244.0.0/16",
                "10.244.0.0/16",
                "fd00:10:244::/56",
                "10.244.0.0/24,fd00::/64",
                "10.0.0.0/8,fc00::/48",
                "10.96.0.0/15" // half of it is Services'
            })
    void takesBlocksOfEitherOrder(String clusterCidr) {
        assertThat(ControllerManagerConfig.of(clusterCidr, FIRST).validate()).isEmpty();
    }

    @Test
    void keepsTheOrderOfTheBlocks() {
        assertThat(ControllerManagerConfig.of("fc00::/24,10.244.0.0/16", "").clusterCidrs())
                .containsExactly(Prefix.parse("fc00::/24"), Prefix.parse("10.244.0.0/16"));
    }

    @Test
    void defaultsToA24AndA64PerNode() {
        ControllerManagerConfig config = ControllerManagerConfig.of("10.244.0.0/16,fc00::/24", "");
        assertThat(config.nodeMask(IpFamily.IPV4)).isEqualTo(24);
        assertThat(config.nodeMask(IpFamily.IPV6)).isEqualTo(64);
        assertThat(config.maxEndpointsPerSlice()).isEqualTo(100);
        assertThat(config.allocateNodeCidrs()).isTrue();
        assertThat(config.dualStackGate()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("faulty")
    void namesFlagValueAndRemedyBehindUpstreamsSentence(
            ControllerManagerConfig config, String fault) {
        assertThat(config.validate()).containsExactly(fault);
    }

    @Test
    void listsAllFaultsAtOnce() {
        assertThat(
                        new ControllerManagerConfig(
                                        true,
                                        "10.0.0.0/16,10.1.0.0/16",
                                        "10.96.0.0/16,10.97.0.0/16",
                                        26,
                                        0,
                                        0,
                                        true,
                                        0)
                                .validate())
                .hasSize(4); // families, services, mask flag, slices
    }

    static Stream<Arguments> faulty() {
        return Stream.of(
                Arguments.of(
                        config("10.244.0.0/33", "", 0, 0, 0, true),
                        "invalid CIDR address: 10.244.0.0/33 (--cluster-cidr=10.244.0.0/33: "
                                + reason("10.244.0.0/33")
                                + ")"),
                Arguments.of(
                        config("10.244.0.0/16, fc00::/24", "", 0, 0, 0, true),
                        "invalid CIDR address:  fc00::/24 (--cluster-cidr=10.244.0.0/16, fc00::/24: "
                                + reason(" fc00::/24")
                                + ")"),
                Arguments.of(
                        config("10.244.0.0/16,10.245.0.0/16", "", 0, 0, 0, true),
                        "len of ClusterCIDRs==2 and they are not configured as dual stack (at least one"
                                + " from each IPFamily (--cluster-cidr=10.244.0.0/16,10.245.0.0/16: give"
                                + " one IPv4 and one IPv6 block, or one block)"),
                Arguments.of(
                        config("10.244.0.0/16,fc00::/24,fd00::/24", "", 0, 0, 0, true),
                        "length of clusterCIDRs is:3 more than max allowed of 2"
                                + " (--cluster-cidr=10.244.0.0/16,fc00::/24,fd00::/24: give one IPv4 and"
                                + " one IPv6 block)"),
                Arguments.of(
                        config("10.244.0.0/16,fc00::/24", "", 0, 0, 0, false),
                        "len of ClusterCIDRs==2 and dualstack or EndpointSlice feature is not enabled"
                                + " (--cluster-cidr=10.244.0.0/16,fc00::/24: give one block, or"
                                + " --feature-gates=IPv6DualStack=true)"),
                Arguments.of(
                        config("10.244.0.0/16", "10.96.0.0/16,fd00::/112", 0, 0, 0, false),
                        "secondary service cidr is provided and IPv6DualStack feature is not enabled"
                                + " (--service-cluster-ip-range=10.96.0.0/16,fd00::/112: give one range,"
                                + " or --feature-gates=IPv6DualStack=true)"),
                Arguments.of(
                        config(
                                "10.244.0.0/16",
                                "10.96.0.0/16,fd00::/112,fd01::/112",
                                0,
                                0,
                                0,
                                true),
                        "--service-cluster-ip-range can not contain more than two entries"
                                + " (--service-cluster-ip-range=10.96.0.0/16,fd00::/112,fd01::/112: give"
                                + " one IPv4 and one IPv6 range)"),
                Arguments.of(
                        config("10.244.0.0/16", "10.96.0.0/16,10.97.0.0/16", 0, 0, 0, true),
                        "serviceCIDR and secondaryServiceCIDR are not dualstack (from different"
                                + " IPfamiles) (--service-cluster-ip-range=10.96.0.0/16,10.97.0.0/16:"
                                + " give one IPv4 and one IPv6 range)"),
                Arguments.of(
                        config("10.244.0.0/16,fc00::/24", "", 64, 24, 64, true),
                        "usage of --node-cidr-mask-size is not allowed with dual-stack clusters"
                                + " (--node-cidr-mask-size=64: give --node-cidr-mask-size-ipv4 and"
                                + " --node-cidr-mask-size-ipv6)"),
                Arguments.of(
                        config("10.244.0.0/16", "", 24, 25, 0, true),
                        "usage of --node-cidr-mask-size-ipv4 and --node-cidr-mask-size-ipv6 is not"
                                + " allowed if --node-cidr-mask-size is set. For dual-stack clusters"
                                + " please unset it and use IPFamily specific flags"
                                + " (--node-cidr-mask-size=24: leave it out)"),
                Arguments.of(
                        config("fc00::/48", "", 0, 24, 0, true),
                        "usage of --node-cidr-mask-size-ipv4 is not allowed for a single-stack IPv6"
                                + " cluster (--node-cidr-mask-size-ipv4=24: leave it out)"),
                Arguments.of(
                        config("10.244.0.0/16", "", 0, 0, 64, true),
                        "usage of --node-cidr-mask-size-ipv6 is not allowed for a single-stack IPv4"
                                + " cluster (--node-cidr-mask-size-ipv6=64: leave it out)"),
                Arguments.of(
                        config("10.244.0.0/16,fc00::/24", "", 0, 12, 0, true),
                        "Controller: Invalid --cluster-cidr, mask size of cluster CIDR must be less"
                                + " than or equal to --node-cidr-mask-size configured for CIDR family"
                                + " (--cluster-cidr block 10.244.0.0/16 with"
                                + " --node-cidr-mask-size-ipv4=12: give --node-cidr-mask-size-ipv4 16 to"
                                + " 30)"),
                Arguments.of(
                        config("10.244.0.0/16,fd00::/112", "", 0, 26, 127, true),
                        "no pod fits a node block of /127 (--cluster-cidr block fd00::/112 with"
                                + " --node-cidr-mask-size-ipv6=127: give --node-cidr-mask-size-ipv6 112"
                                + " to 126)"),
                Arguments.of(
                        config("10.244.0.0/16,fd00::/112", "", 0, 31, 120, true),
                        "no pod fits a node block of /31 (--cluster-cidr block 10.244.0.0/16 with"
                                + " --node-cidr-mask-size-ipv4=31: give --node-cidr-mask-size-ipv4 16 to"
                                + " 30)"),
                Arguments.of(
                        config("10.244.0.0/16", "", 32, 0, 0, true),
                        "no pod fits a node block of /32 (--cluster-cidr block 10.244.0.0/16 with"
                                + " --node-cidr-mask-size=32: give --node-cidr-mask-size 16 to 30)"),
                Arguments.of(
                        config("fd00::/127", "", 0, 0, 128, true),
                        "no pod fits a node block of /128 (--cluster-cidr block fd00::/127 with"
                                + " --node-cidr-mask-size-ipv6=128: give a larger block, such as"
                                + " fd00::/126)"),
                Arguments.of(
                        config("127.244.0.0/16,fd00::/56", "", 0, 0, 0, true),
                        "no pod can be reached in --cluster-cidr block 127.244.0.0/16: it overlaps"
                                + " 127.0.0.0/8 (loopback addresses) (give another block, such as"
                                + " 10.244.0.0/16)"),
                Arguments.of(
                        config("10.244.0.0/16,fe80::/56", "", 0, 0, 0, true),
                        "no pod can be reached in --cluster-cidr block fe80::/56: it overlaps"
                                + " fe80::/10 (link-local addresses) (give another block, such as"
                                + " fd00:10:244::/56)"),
                Arguments.of(
                        config("10.244.0.0/16,fd00::/56", "10.0.0.0/8", 0, 0, 0, true),
                        "there are no remaining CIDRs left to allocate in the accepted range"
                                + " (--cluster-cidr block 10.244.0.0/16:"
                                + " --service-cluster-ip-range=10.0.0.0/8 touches every node block of"
                                + " it; give ranges that do not overlap)"),
                Arguments.of(
                        config("10.244.0.0/16,fc00::/23", "", 0, 0, 0, true),
                        "New CIDR set failed; the node CIDR size is too big (--cluster-cidr block"
                                + " fc00::/23: give an IPv6 block of /24 or longer)"),
                Arguments.of(
                        config("10.244.0.0/16,fc00::/24", "", 0, 0, 89, true),
                        "New CIDR set failed; the node CIDR size is too big (--cluster-cidr block"
                                + " fc00::/24 with --node-cidr-mask-size-ipv6=89 has more than 2^64"
                                + " node blocks: give --node-cidr-mask-size-ipv6 88 or less)"),
                Arguments.of(
                        new ControllerManagerConfig(true, "", "", 0, 0, 0, true, 100),
                        "invalid CIDR address: (--allocate-node-cidrs=true needs --cluster-cidr, such"
                                + " as --cluster-cidr=10.244.0.0/16,fd00:10:244::/56)"));
    }

    private static ControllerManagerConfig config(
            String cluster, String service, int mask, int v4, int v6, boolean gate) {
        return new ControllerManagerConfig(true, cluster, service, mask, v4, v6, gate, 100);
    }

    private static String reason(String text) {
        try {
            return "unexpected " + Prefix.parseMasked(text);
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
