package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.netip.Addr;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Fifty pods on five nodes, while control plane and agents are killed and everything restarts. */
@ClusterTest
class EnduranceIT {
    private static final int PODS = 50;
    private static final Workload MANY = new Workload("many", PODS);

    private @TempDir Path directory;

    @Test
    void allPairsAnswerAndNoConnectionIsInterrupted() throws Exception {
        try (TestCluster cluster = new TestCluster("it-endure", directory)) {
            cluster.up("--nodes", "5").succeeded();
            MANY.apply(cluster);
            MANY.await(cluster);
            Map<String, String> before = inventory(cluster);
            assertThat(before).hasSizeGreaterThan(PODS);
            allPairs(cluster);

            try (Traffic traffic =
                    new Traffic(cluster, MANY.pods(cluster), MANY.clusterIps(cluster))) {
                traffic.start();
                cluster.kill("control-plane");
                traffic.awaitMore(200);
                cluster.kill("agents");
                traffic.awaitMore(200);
                cluster.up().succeeded();
                traffic.awaitMore(200);
                assertThat(traffic.failures()).isEmpty();
            }
            assertThat(inventory(cluster)).isEqualTo(before);
            allPairs(cluster);

            cluster.biplane("down").succeeded();
            cluster.up().succeeded();
            cluster.kubectl("wait", "--for=condition=Ready", "pod", "--all", "--timeout=60s");
            assertThat(inventory(cluster)).isEqualTo(before);
            allPairs(cluster);
        }
    }

    /** Objects and their addresses, by name. */
    private static Map<String, String> inventory(TestCluster cluster) {
        Map<String, String> inventory = new TreeMap<>();
        for (String kind : List.of("nodes", "pods", "services", "deployments", "replicasets")) {
            for (JsonNode item : cluster.get(kind, "-A").path("items")) {
                inventory.put(
                        kind + "/" + item.at("/metadata/name").asString(),
                        "%s %s %s %s"
                                .formatted(
                                        item.at("/metadata/uid").asString(),
                                        item.at("/status/podIPs"),
                                        item.at("/spec/clusterIPs"),
                                        item.at("/spec/podCIDRs")));
            }
        }
        return inventory;
    }

    /** Every pod connects to every pod, in both families, and is answered by the right one. */
    private static void allPairs(TestCluster cluster) throws InterruptedException {
        Map<String, List<Addr>> pods = MANY.pods(cluster);
        assertThat(pods).hasSize(PODS);
        List<String> wrong = new ArrayList<>();
        int asked = 0;
        for (String from : pods.keySet()) {
            List<Traffic.Question> questions = Workload.questions(pods);
            asked += questions.size();
            wrong.addAll(Traffic.ask(cluster, from, questions));
        }
        assertThat(asked).isEqualTo(PODS * PODS * 2);
        assertThat(wrong).isEmpty();
    }
}
