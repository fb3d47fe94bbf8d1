package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.cli.it.Programs.Result;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** Hosts as people have them: other clusters, Docker's firewall, no IPv6, routes in the way. */
@ClusterTest
class HostConditionsIT {
    private static final String NOT_BUILT =
            "--skip=downward-api,etc-hosts,service-loadbalancer,prefer-dual-loadbalancer";

    private @TempDir Path directory;

    @Test
    void twoClustersStandSideBySideAndLeaveNothing() {
        try (HostNamespace host = new HostNamespace("it-host-two")) {
            String before = host.state();
            try (TestCluster a = new TestCluster("it-a", directory, host.prefix());
                    TestCluster b = new TestCluster("it-b", directory, host.prefix())) {
                a.up().succeeded();
                b.up().succeeded();
                assertHealthy(a);
                assertHealthy(b);
                a.biplane("down", "--delete").succeeded();
                assertHealthy(b);
            }
            assertThat(host.state()).isEqualTo(before);
        }
    }

    @Test
    void aFirewallThatDropsForwardedPacketsDoesNotCutNodesApart() {
        try (HostNamespace host = new HostNamespace("it-host-docker")) {
            for (String family : new String[] {"ip", "ip6"}) {
                host.run("nft add table %s docker-like".formatted(family)).succeeded();
                host.run(
                                "nft add chain %s docker-like FORWARD { type filter hook forward priority 0 ; policy drop ; }"
                                        .formatted(family))
                        .succeeded();
            }
            host.run("sysctl -qw net.bridge.bridge-nf-call-iptables=1"); // where br_netfilter is
            String before = host.state();
            try (TestCluster cluster = new TestCluster("it-docker", directory, host.prefix())) {
                cluster.up().succeeded();
                assertHealthy(cluster);
            }
            assertThat(host.state()).isEqualTo(before);
        }
    }

    @Test
    void aHostWithoutIpv6GetsAClusterThatHasIt() {
        try (HostNamespace host = new HostNamespace("it-host-v4")) {
            host.run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1").succeeded();
            host.run("sysctl -qw net.ipv6.conf.default.disable_ipv6=1").succeeded();
            String before = host.state();
            try (TestCluster cluster = new TestCluster("it-v4host", directory, host.prefix())) {
                Result up = cluster.up();
                assertThat(up.succeeded()).contains("IPv6 is disabled on this host");
                Result report =
                        cluster.biplane("validate", NOT_BUILT, "--only=pod-to-pod,egress,kernel");
                assertThat(report.code()).as(report.output()).isZero();
                assertThat(report.output()).contains("IPv6");
            }
            assertThat(host.state()).isEqualTo(before);
        }
    }

    @Test
    void aRouteInTheWayIsNamedAndNothingIsChanged() {
        try (HostNamespace host = new HostNamespace("it-host-clash")) {
            host.run("ip route add 10.200.0.0/15 via 203.0.113.9").succeeded();
            String before = host.state();
            try (TestCluster cluster = new TestCluster("it-clash", directory, host.prefix())) {
                Result refused = cluster.up("--cluster-cidr=10.200.0.0/16,fd00:10:200::/56");
                assertThat(refused.code()).isEqualTo(1);
                assertThat(refused.output())
                        .contains(
                                "--cluster-cidr 10.200.0.0/16 overlaps the host's route \"10.200.0.0/15 via 203.0.113.9 dev uplink\" (give another range by --cluster-cidr, or remove that route)");
                assertThat(host.state()).isEqualTo(before);
                // Without a wish of the person's own, a free plan is found.
                host.run("ip route add 10.244.0.0/16 via 203.0.113.9").succeeded();
                assertThat(cluster.up().succeeded()).contains("pods in [10.243.0.0/16");
            }
        }
    }

    private static void assertHealthy(TestCluster cluster) {
        Result report = cluster.biplane("validate", NOT_BUILT);
        assertThat(report.code()).as(report.output()).isZero();
    }
}
