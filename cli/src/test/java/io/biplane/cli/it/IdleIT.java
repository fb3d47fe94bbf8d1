package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.testing.Eventually;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A cluster that nobody asks anything of does nothing. */
@ClusterTest
class IdleIT {
    private static final int NODES = 4;

    /** A little longer than the interval at which everything is compared. */
    private static final Duration INTERVAL = Duration.ofSeconds(65);

    private static final int TICKS_A_SECOND = 100; // USER_HZ

    /**
     * The kernel forgets in its own time what it has seen while the cluster started: groups to
     * which a new link said that it belongs, and from which port of the bridge a node sent.
     * Permanent neighbours, which are the cluster's, it never forgets.
     */
    private static final String FORGOTTEN = "\\[NEIGH]Deleted .* (NOARP|STALE) *";

    private @TempDir Path directory;

    @Test
    @Tag("long")
    void nothingChangesForAWhile() throws Exception {
        idles(20, INTERVAL);
    }

    @Test
    @Tag("long")
    void nothingChangesForTenMinutesAndAlmostNoTimeIsUsed() throws Exception {
        double share = idles(200, Duration.ofMinutes(10));
        assertThat(share).as("of one core, all processes together").isLessThan(0.02);
    }

    private double idles(int pods, Duration time) throws Exception {
        try (TestCluster cluster = new TestCluster("it-idle", directory)) {
            cluster.up("--nodes", Integer.toString(NODES)).succeeded();
            cluster.kubectl(
                    "create",
                    "deployment",
                    "idle",
                    "--image=agnhost:2.53",
                    "--replicas=" + pods,
                    "--port=8080");
            cluster.kubectl("expose", "deployment", "idle", "--port=80", "--target-port=8080");
            cluster.kubectl("rollout", "status", "deployment/idle", "--timeout=120s");
            settle(cluster);
            pass(INTERVAL); // the next comparison tidies up what the start has left
            return watch(cluster, time);
        }
    }

    private static void pass(Duration time) throws IOException, InterruptedException {
        new ProcessBuilder("sleep", Long.toString(time.toSeconds())).start().waitFor();
    }

    /** Until two looks at all objects, some time apart, are the same. */
    private static void settle(TestCluster cluster) {
        Map<String, String> last = new TreeMap<>();
        Eventually.holds(
                Duration.ofMinutes(2),
                () -> {
                    Map<String, String> now = versions(cluster);
                    boolean same = now.equals(last);
                    last.clear();
                    last.putAll(now);
                    return same ? "" : "objects still change";
                });
    }

    private static double watch(TestCluster cluster, Duration time) throws Exception {
        List<Process> monitors = new ArrayList<>();
        Path output = Files.createTempDirectory("monitors");
        for (String namespace : namespaces(cluster)) {
            for (String command : new String[] {"ip monitor all", "nft monitor"}) {
                monitors.add(monitor(output, namespace, command));
            }
        }
        try {
            Map<String, String> before = versions(cluster);
            long revision = revision(cluster);
            long ticks = ticks(cluster);
            long began = System.nanoTime();
            pass(time);
            double seconds = (System.nanoTime() - began) / 1e9;
            double share = (ticks(cluster) - ticks) / (double) TICKS_A_SECOND / seconds;
            long writes = revision(cluster) - revision;
            System.out.printf(
                    Locale.ROOT,
                    "idle for %.0f s: %.2f %% of a core in all processes, %d writes by %d nodes%n",
                    seconds,
                    share * 100,
                    writes,
                    NODES);
            assertThat(versions(cluster)).isEqualTo(before);
            assertThat(writes)
                    .as("renewals of leases, one of each node in 10 s")
                    .isLessThanOrEqualTo((long) (NODES * (seconds / 10 + 2)));
            for (Process monitor : monitors) {
                assertThat(monitor.isAlive()).isTrue();
            }
            assertThat(changes(output)).isEmpty();
            return share;
        } finally {
            for (Process monitor : monitors) {
                monitor.destroyForcibly().waitFor();
            }
            remove(output);
        }
    }

    private static List<String> namespaces(TestCluster cluster) {
        List<String> namespaces = new ArrayList<>(List.of(""));
        for (String name : new String[] {"fabric", "outside"}) {
            namespaces.add(cluster.name() + "-" + name);
        }
        for (int node = 1; node <= NODES; node++) {
            namespaces.add(cluster.name() + "-node-" + node);
        }
        cluster.get("pods")
                .path("items")
                .forEach(pod ->
                        namespaces.add(
                                cluster.name()
                                        + "-pod-default_"
                                        + pod.at("/metadata/name").asString()));
        return namespaces.subList(0, Math.min(namespaces.size(), NODES + 13)); // and ten pods
    }

    private static Process monitor(Path directory, String namespace, String command)
            throws IOException {
        List<String> words = new ArrayList<>();
        if (!namespace.isEmpty()) {
            words.addAll(List.of("ip", "netns", "exec", namespace));
        }
        words.addAll(List.of(command.split(" ", -1)));
        String name = (namespace.isEmpty() ? "host" : namespace) + "-" + command.replace(' ', '-');
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name).toFile())
                .start();
    }

    private static List<String> changes(Path directory) throws IOException {
        List<String> changes = new ArrayList<>();
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.readAllLines(file).stream()
                        .filter(line -> !line.matches(FORGOTTEN))
                        .forEach(line -> changes.add(file.getFileName() + ": " + line));
            }
        }
        return changes;
    }

    private static void remove(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    /** The version of every object but leases. */
    private static Map<String, String> versions(TestCluster cluster) {
        Map<String, String> versions = new TreeMap<>();
        String kinds =
                cluster.kubectl("api-resources", "--verbs=list", "-o", "name")
                        .lines()
                        .filter(kind -> !kind.startsWith("leases"))
                        .reduce((one, other) -> one + "," + other)
                        .orElseThrow();
        for (JsonNode item : cluster.get(kinds, "-A").path("items")) {
            versions.put(
                    "%s %s/%s"
                            .formatted(
                                    item.path("kind").asString(),
                                    item.at("/metadata/namespace").asString(""),
                                    item.at("/metadata/name").asString()),
                    item.at("/metadata/resourceVersion").asString());
        }
        return versions;
    }

    private static long revision(TestCluster cluster) {
        String list = cluster.kubectl("get", "--raw", "/api/v1/namespaces?limit=1");
        return Long.parseLong(list.replaceAll("(?s).*?\"resourceVersion\":\\s*\"(\\d+)\".*", "$1"));
    }

    /** What all processes of the cluster have used, in user and kernel mode. */
    private static long ticks(TestCluster cluster) throws IOException {
        long ticks = 0;
        for (String component : new String[] {"control-plane", "agents", "stand-ins"}) {
            Path stat = Path.of("/proc/%d/stat".formatted(cluster.pid(component)));
            String[] fields = Files.readString(stat).replaceAll(".*\\) ", "").split(" ", -1);
            ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]); // utime, stime
        }
        return ticks;
    }
}
