package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.testing.Eventually;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Small node blocks hold as many pods as they have addresses; a pod that finds none waits, says
 * why, and gets the first address that is given back.
 */
@ClusterTest
class NodeBlocksIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int TOO_MANY = 2;

    private @TempDir Path directory;

    /**
     * @param pods that one node has addresses for, in the smaller of the two blocks
     * @param range of those addresses
     */
    @ParameterizedTest
    @CsvSource({
        "29, 64, 5, 10.180.0.2-10.180.0.6",
        "26, 126, 2, fd00:10:180::2-fd00:10:180::3",
        "24, 121, 126, fd00:10:180::2-fd00:10:180::7f",
    })
    void holdAsManyPodsAsTheyHaveAddresses(int ipv4, int ipv6, int pods, String range) {
        try (TestCluster cluster = new TestCluster("it-blocks", directory)) {
            cluster.up(
                            "--nodes=1",
                            "--cluster-cidr=10.180.0.0/24,fd00:10:180::/%d"
                                    .formatted(Math.min(112, ipv6 - 8)),
                            "--node-cidr-mask-size-ipv4=" + ipv4,
                            "--node-cidr-mask-size-ipv6=" + ipv6)
                    .succeeded();
            cluster.apply(list(pods + TOO_MANY));
            Eventually.holds(
                    SOON,
                    () -> {
                        List<String> ready = ready(cluster);
                        List<String> refused = refused(cluster, range);
                        return ready.size() == pods && refused.size() == TOO_MANY
                                ? ""
                                : "%s are Ready, %s have no address".formatted(ready, refused);
                    });
            List<String> ready = ready(cluster);
            List<String> waiting = refused(cluster, range);
            assertThat(ready).doesNotContainAnyElementsOf(waiting);

            List<String> delete = new ArrayList<>(List.of("delete", "pod", "--now"));
            delete.addAll(ready.subList(0, TOO_MANY));
            cluster.kubectl(delete.toArray(String[]::new));
            Eventually.holds(
                    SOON,
                    () -> ready(cluster).containsAll(waiting) ? "" : waiting + " are not Ready");
        }
    }

    private static String list(int pods) {
        return IntStream.range(0, pods)
                .mapToObj(
                        """
                        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p%d"},
                         "spec":{"nodeName":"node-1","containers":[{"name":"c","image":"registry.k8s.io/e2e-test-images/agnhost:2.53"}]}}
                        """
                                ::formatted)
                .collect(
                        Collectors.joining(
                                ",", "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[", "]}"));
    }

    /** The names of the pods that are Ready, each with an address of each family. */
    private static List<String> ready(TestCluster cluster) {
        List<String> names = new ArrayList<>();
        for (JsonNode pod : cluster.get("pods").path("items")) {
            if (pod.at("/status/conditions")
                    .toString()
                    .contains("\"status\":\"True\",\"type\":\"Ready\"")) {
                assertThat(pod.at("/status/podIPs")).as(pod.toString()).hasSize(2);
                names.add(pod.at("/metadata/name").asString());
            }
        }
        return names;
    }

    /** The pods that an event names that says that the range is full. */
    private static List<String> refused(TestCluster cluster, String range) {
        List<String> names = new ArrayList<>();
        String selector = "--field-selector=reason=FailedCreatePodSandBox,type=Warning";
        for (JsonNode event : cluster.get("events", selector).path("items")) {
            assertThat(event.path("message").asString())
                    .contains("no IP addresses available in range set: " + range);
            names.add(event.at("/involvedObject/name").asString());
        }
        return names;
    }
}
