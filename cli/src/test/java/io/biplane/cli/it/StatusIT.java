package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.cli.it.Programs.Result;
import io.biplane.linux.testing.Eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code status} exits with 1 and names whatever is dead or damaged. The processes that would
 * repair it are stopped meanwhile.
 */
@ClusterTest
class StatusIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration SOON = Duration.ofSeconds(30);

    private @TempDir Path directory;

    @Test
    void allThatIsDeadOrDamagedIsNamed() {
        try (TestCluster cluster = new TestCluster("it-status", directory)) {
            cluster.up("--nodes=2").succeeded();
            for (int node = 1; node <= 2; node++) {
                cluster.apply(pod(node));
            }
            cluster.kubectl("wait", "--for=condition=Ready", "pod/web1", "pod/web2");
            assertWell(cluster);
            signal(cluster, "STOP", "agents");
            try {
                assertDamageIsNamed(cluster);
            } finally {
                signal(cluster, "CONT", "agents");
            }
            assertWell(cluster);
            assertTheDeadAreNamed(cluster);
        }
    }

    private static String pod(int node) {
        return """
        apiVersion: v1
        kind: Pod
        metadata: {name: web%1$d}
        spec:
          nodeName: node-%1$d
          containers:
          - {name: web, image: "registry.k8s.io/e2e-test-images/agnhost:2.53", ports: [{containerPort: 8080}]}
        """
                .formatted(node);
    }

    private static void assertDamageIsNamed(TestCluster cluster) {
        JsonNode first = cluster.get("pod", "web1").path("status").path("podIPs");
        String ip4 = first.get(0).path("ip").asString();
        String ip6 = first.get(1).path("ip").asString();
        cluster.inside("node-1", "ip", "route", "del", ip4).succeeded();
        cluster.inside("node-1", "ip", "-6", "route", "del", ip6).succeeded();
        cluster.inside("node-2", "ip", "addr", "flush", "dev", "eth0").succeeded();
        cluster.inside("node-2", "nft", "flush", "ruleset").succeeded();
        cluster.inside("pod-default_web2", "ip", "link", "del", "eth0").succeeded();

        Result text = cluster.biplane("status");
        assertThat(text.code()).as(text.output()).isEqualTo(1);
        assertThat(text.output())
                .containsPattern("✗ agents +SILENT +pid \\d+, does not answer: stopped")
                .containsPattern("✗ node-1 +DAMAGED .*route " + ip4 + "/32")
                .containsPattern("✗ node-1 +DAMAGED .*route " + ip6 + "/128")
                .containsPattern("✗ node-2 +DAMAGED .*address ")
                .containsPattern("✗ nftables of node-2 +DAMAGED ")
                .containsPattern("✗ pod default/web2 on node-2 +DAMAGED .*address ")
                .containsPattern("✓ stand-ins +running")
                .doesNotContainPattern("✗ nftables of node-1")
                .doesNotContainPattern("✗ pod default/web1");
        assertThat(unhealthy(cluster))
                .contains(
                        "agents",
                        "node-1",
                        "node-2",
                        "nftables of node-2",
                        "pod default/web2 on node-2");
    }

    /** The API server among them: what can be told without it still is. */
    private static void assertTheDeadAreNamed(TestCluster cluster) {
        signal(cluster, "STOP", "control-plane", "agents");
        try {
            cluster.kill("stand-ins");
            cluster.inside("outside", "ip", "route", "flush", "dev", "eth0").succeeded();
            Programs.run("ip", "route", "flush", "dev", "bp-it-status").succeeded();
            Result text = cluster.biplane("status");
            assertThat(text.code()).as(text.output()).isEqualTo(1);
            assertThat(text.output())
                    .containsPattern("✗ stand-ins +DOWN +ended")
                    .containsPattern("✗ control-plane +SILENT ")
                    .containsPattern("✗ API server +DOWN +the control-plane does not answer")
                    .containsPattern("✗ host +DAMAGED .*route ")
                    .containsPattern("✗ outside +DAMAGED .*route ");
            assertThat(unhealthy(cluster))
                    .contains(
                            "stand-ins",
                            "control-plane",
                            "agents",
                            "API server",
                            "host",
                            "outside");
        } finally {
            signal(cluster, "CONT", "control-plane", "agents");
        }
        assertWell(cluster);
    }

    private static List<String> unhealthy(TestCluster cluster) {
        Result result = cluster.biplane("status", "-o", "json");
        assertThat(result.code()).isEqualTo(1);
        JsonNode json = JSON.readTree(result.output());
        assertThat(json.path("healthy").asBoolean()).isFalse();
        return json.path("items")
                .valueStream()
                .filter(item -> !item.path("healthy").asBoolean())
                .map(item -> item.path("subject").asString())
                .toList();
    }

    /** Once everything is healed. */
    private static void assertWell(TestCluster cluster) {
        Eventually.holds(
                SOON,
                () -> {
                    Result status = cluster.biplane("status");
                    return status.code() == 0 ? "" : status.output();
                });
        Result json = cluster.biplane("status", "-o", "json");
        assertThat(json.code()).as(json.output()).isZero();
        assertThat(JSON.readTree(json.output()).path("healthy").asBoolean()).isTrue();
    }

    private static void signal(TestCluster cluster, String signal, String... components) {
        List<String> words = new ArrayList<>(List.of("kill", "-" + signal));
        Stream.of(components).map(c -> Long.toString(cluster.pid(c))).forEach(words::add);
        Programs.run(words.toArray(String[]::new)).succeeded();
    }
}
