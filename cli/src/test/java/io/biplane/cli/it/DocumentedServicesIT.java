package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.cli.it.Programs.Result;
import io.biplane.linux.testing.Eventually;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The three Services of the documentation, applied by kubectls old and new, answered to curl. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocumentedServicesIT {
    private static final String PODS =
            """
            {"apiVersion":"v1","kind":"List","items":[%s,%s]}
            """
                    .formatted(pod("pod01", "node-1"), pod("pod02", "node-2"));

    @TempDir static Path directory;
    private TestCluster cluster;

    private static String pod(String name, String node) {
        return """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","labels":{"app":"MyApp"}},
         "spec":{"nodeName":"%s","containers":[{"name":"c","image":"registry.k8s.io/e2e-test-images/agnhost:2.53",
                 "args":["netexec","--http-port=9376"],"ports":[{"containerPort":9376}]}]}}\
        """
                .formatted(name, node);
    }

    private static String service(String ipFamily) {
        return """
        apiVersion: v1
        kind: Service
        metadata:
          name: my-service
        spec:
          %s
          selector:
            app: MyApp
          ports:
          - protocol: TCP
            port: 80
            targetPort: 9376
        """
                .formatted(ipFamily.isEmpty() ? "{}" : "ipFamily: " + ipFamily)
                .replace("  {}\n", "");
    }

    @BeforeAll
    void up() {
        cluster = new TestCluster("it-docs", directory);
        cluster.up().succeeded();
        cluster.apply(PODS);
        cluster.kubectl("wait", "--for=condition=Ready", "pod", "--all", "--timeout=30s");
    }

    @AfterAll
    void down() {
        cluster.close();
    }

    static Stream<Arguments> documented() {
        return Stream.of(Kubectl.values())
                .flatMap(kubectl ->
                        Stream.of(
                                Arguments.of(kubectl, "", IpFamily.IPV4),
                                Arguments.of(kubectl, "IPv6", IpFamily.IPV6),
                                Arguments.of(kubectl, "IPv4", IpFamily.IPV4)));
    }

    @ParameterizedTest
    @MethodSource("documented")
    void isAppliedAndAnswersEverywhere(Kubectl kubectl, String ipFamily, IpFamily expected) {
        cluster.kubectl(kubectl, service(ipFamily), "apply", "-f", "-").succeeded();
        try {
            String yaml =
                    cluster.kubectl(kubectl, "", "get", "svc", "my-service", "-o", "yaml")
                            .succeeded();
            assertThat(yaml).contains("  ipFamily: " + expected.apiName() + "\n");
            Addr clusterIp =
                    Addr.parse(cluster.get("svc", "my-service").at("/spec/clusterIP").asString());
            assertThat(clusterIp.family()).isEqualTo(expected);
            // A repeated apply, as in every pipeline, changes nothing.
            assertThat(cluster.kubectl(kubectl, service(ipFamily), "apply", "-f", "-").succeeded())
                    .contains("unchanged");
            String url = "http://%s/hostname".formatted(host(clusterIp));
            for (String from : List.of("node-1", "pod-default_pod01", "pod-default_pod02")) {
                answersOneOfThePods(() -> cluster.inside(from, "curl", "-sSm2", url));
            }
            answersOneOfThePods(() -> Programs.run("curl", "-sSm2", url));
        } finally {
            cluster.kubectl(kubectl, "", "delete", "svc", "my-service").succeeded();
        }
    }

    private static void answersOneOfThePods(java.util.function.Supplier<Result> curl) {
        Eventually.holds(
                Duration.ofSeconds(5),
                () -> {
                    Result result = curl.get();
                    return result.output().strip().matches("pod0[12]")
                            ? ""
                            : "curl said: " + result.output();
                });
    }

    @Test
    void podsAreSeenWithTheirOwnAddressInsideAndTheirNodesOutside() {
        for (IpFamily family : IpFamily.values()) {
            int index = family == IpFamily.IPV4 ? 0 : 1;
            Addr own = podIp("pod01", index);
            Addr other = podIp("pod02", index);
            assertThat(clientSeenBy(other + "", 9376)).isEqualTo(own);
            Addr outside = Addr.parse(outsideAddress(family));
            assertThat(clientSeenBy(outside.toString(), 80)).isEqualTo(nodeIp("node-1", family));
        }
    }

    private Addr clientSeenBy(String address, int port) {
        String url = "http://%s:%d/clientip".formatted(host(Addr.parse(address)), port);
        String seen = cluster.inside("pod-default_pod01", "curl", "-sSm2", url).succeeded().strip();
        return Addr.parse(seen.substring(0, seen.lastIndexOf(':')).replaceAll("[\\[\\]]", ""));
    }

    private Addr podIp(String pod, int index) {
        return Addr.parse(cluster.get("pod", pod).at("/status/podIPs/" + index + "/ip").asString());
    }

    private Addr nodeIp(String node, IpFamily family) {
        return cluster.get("node", node)
                .at("/status/addresses")
                .valueStream()
                .filter(a -> a.path("type").asString().equals("InternalIP"))
                .map(a -> Addr.parse(a.path("address").asString()))
                .filter(a -> a.family() == family)
                .findFirst()
                .orElseThrow();
    }

    /** As {@code ip} prints it in the namespace of the host beyond the cluster. */
    private String outsideAddress(IpFamily family) {
        String option = family == IpFamily.IPV4 ? "-4" : "-6";
        return cluster.inside("outside", "ip", option, "-br", "addr", "show", "dev", "eth0")
                .succeeded()
                .strip()
                .split("\\s+", -1)[2]
                .split("/", -1)[0];
    }

    private static String host(Addr address) {
        return address.family() == IpFamily.IPV6 ? "[" + address + "]" : address.toString();
    }
}
