package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.cli.it.Programs.Result;
import io.biplane.linux.testing.Eventually;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** A second block of each family on a running cluster: full before, used, held, and gone. */
@ClusterTest
class ServiceRangesIT {
    private static final List<Prefix> MORE =
            List.of(Prefix.parse("10.196.0.0/24"), Prefix.parse("fd00:10:196::/112"));
    private static final String RANGE =
            """
            {"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"more"},
             "spec":{"cidrs":["%s","%s"]}}
            """
                    .formatted(MORE.get(0), MORE.get(1));
    private static final String POD =
            """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"pod01","labels":{"app":"a"}},
             "spec":{"nodeName":"node-2","containers":[{"name":"c","image":"registry.k8s.io/e2e-test-images/agnhost:2.53",
                     "args":["netexec","--http-port=9376"],"ports":[{"containerPort":9376}]}]}}
            """;

    @TempDir Path directory;

    private static String service(String name) {
        return """
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"%s"},
         "spec":{"ipFamilyPolicy":"RequireDualStack","selector":{"app":"a"},"ports":[{"port":80,"targetPort":9376}]}}
        """
                .formatted(name);
    }

    private static Result create(TestCluster cluster, String name) {
        return cluster.kubectl(Kubectl.CURRENT, service(name), "create", "-f", "-");
    }

    @Test
    void aSecondBlockOfEachFamilyCarriesConnectionsUntilItIsTakenAway() {
        try (TestCluster cluster = new TestCluster("it-ranges", directory)) {
            // Six and seven addresses, of which the Service kubernetes has one each.
            cluster.up("--service-cluster-ip-range=10.195.0.0/29,fd00:10:195::/125").succeeded();
            cluster.apply(POD);
            cluster.kubectl("wait", "--for=condition=Ready", "pod", "--all", "--timeout=30s");
            for (int i = 0; i < 5; i++) {
                create(cluster, "s" + i).succeeded();
            }
            assertThat(create(cluster, "grown").output()).contains("range is full");

            cluster.apply(RANGE);
            create(cluster, "grown").succeeded();

            List<Addr> addresses = clusterIps(cluster, "grown");
            assertThat(MORE.get(0).contains(addresses.get(0))).as("%s", addresses).isTrue();
            // The first IPv6 block has one address left; the second Service has no such choice.
            create(cluster, "more-grown").succeeded();
            List<Addr> others = clusterIps(cluster, "more-grown");
            assertThat(
                            MORE.get(1).contains(addresses.get(1))
                                    || MORE.get(1).contains(others.get(1)))
                    .as("%s %s", addresses, others)
                    .isTrue();
            for (List<Addr> both : List.of(addresses, others)) {
                both.forEach(address -> answersEverywhere(cluster, address));
            }
            theFaceIsUpstreams(cluster, addresses.getFirst());

            cluster.kubectl("delete", "servicecidr", "more", "--wait=false");
            cluster.kubectl(
                    "wait", "--for=condition=Ready=false", "servicecidr/more", "--timeout=10s");
            assertThat(create(cluster, "late").output()).contains("range is full");
            answersEverywhere(cluster, addresses.getFirst());
            cluster.kubectl("delete", "service", "grown", "more-grown");
            cluster.kubectl("wait", "--for=delete", "servicecidr/more", "--timeout=10s");
            Eventually.holds(
                    Duration.ofSeconds(5),
                    () -> {
                        String routes =
                                Programs.run("ip", "route").succeeded()
                                        + Programs.run("ip", "-6", "route").succeeded();
                        return routes.contains("10.196.0.0") || routes.contains("fd00:10:196::")
                                ? routes
                                : "";
                    });
        }
    }

    private static List<Addr> clusterIps(TestCluster cluster, String service) {
        return cluster.get("svc", service)
                .at("/spec/clusterIPs")
                .valueStream()
                .map(ip -> Addr.parse(ip.asString()))
                .toList();
    }

    private static void answersEverywhere(TestCluster cluster, Addr address) {
        String host = address.family() == IpFamily.IPV6 ? "[" + address + "]" : address.toString();
        String url = "http://%s/hostname".formatted(host);
        for (String from : List.of("pod-default_pod01", "node-1", "node-2")) {
            answers(from, () -> cluster.inside(from, "curl", "-sSm2", url));
        }
        answers("host", () -> Programs.run("curl", "-sSm2", url));
    }

    private static void answers(String from, Supplier<Result> curl) {
        Eventually.holds(
                Duration.ofSeconds(5),
                () -> {
                    String output = curl.get().output().strip();
                    return output.equals("pod01") ? "" : from + ": " + output;
                });
    }

    private static void theFaceIsUpstreams(TestCluster cluster, Addr address) {
        assertThat(cluster.kubectl("get", "servicecidrs"))
                .containsPattern("NAME +CIDRS +AGE\n")
                .containsPattern("kubernetes +10.195.0.0/29,fd00:10:195::/125 ")
                .containsPattern("more +10.196.0.0/24,fd00:10:196::/112 ");
        assertThat(cluster.kubectl("get", "ipaddresses", address.toString()))
                .containsPattern(
                        "NAME +PARENTREF +AGE\n%s +services/default/grown ".formatted(address));
        assertThat(
                        cluster.kubectl(
                                        Kubectl.CURRENT,
                                        "",
                                        "delete",
                                        "ipaddress",
                                        address.toString())
                                .output())
                .contains("is forbidden: Service default/grown holds this address");
    }
}
