package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.cli.it.Programs.Result;
import io.biplane.linux.Pidfd;
import io.biplane.linux.ProcessId;
import io.biplane.linux.testing.Eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The processes of a cluster start each other again, with nobody's help. */
@ClusterTest
class SupervisionIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final List<String> ALL = List.of("control-plane", "stand-ins", "agents");

    private @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "control-plane",
                "stand-ins",
                "agents",
                "control-plane agents",
                "control-plane stand-ins",
                "stand-ins agents",
            })
    void whatEndsIsStartedAgain(String killed) {
        try (TestCluster cluster = new TestCluster("it-again", directory)) {
            cluster.up("--nodes=1").succeeded();
            Map<String, Long> before = new HashMap<>();
            ALL.forEach(component -> before.put(component, cluster.pid(component)));
            List<String> components = Arrays.asList(killed.split(" ", -1));
            cluster.kill(components.toArray(String[]::new));
            for (String component : ALL) {
                awaitAlive(cluster, component);
                assertThat(before.containsValue(cluster.pid(component)))
                        .as("%s is the same process", component)
                        .isNotEqualTo(components.contains(component));
            }
            awaitEvent(cluster, components);
            cluster.kubectl("wait", "--for=condition=Ready", "node/node-1", "--timeout=60s");
        }
    }

    private static void awaitAlive(TestCluster cluster, String component) {
        Eventually.holds(SOON, () -> cluster.process(component).isAlive() ? "" : component);
    }

    /** Where the control plane is back it tells of all of them, itself included. */
    private static void awaitEvent(TestCluster cluster, List<String> components) {
        Eventually.holds(
                SOON,
                () -> {
                    Result events =
                            cluster.kubectl(Kubectl.CURRENT, "", "get", "events", "-o", "wide");
                    return components.stream()
                                    .allMatch(c ->
                                            events.output()
                                                    .contains("Biplane's process " + c + " had"))
                            ? ""
                            : events.output();
                });
    }

    @Test
    void downWinsAgainstThem() {
        TestCluster cluster = new TestCluster("it-again", directory);
        for (int i = 0; i < 3; i++) {
            cluster.up("--nodes=1").succeeded();
            cluster.kill(ALL.get(i));
            cluster.biplane("down").succeeded();
            assertThat(processes(cluster)).isEmpty();
        }
        cluster.close();
        assertThat(processes(cluster)).isEmpty();
    }

    /** Processes whose command line names the cluster's data. */
    private static String processes(TestCluster cluster) {
        return Programs.run("pgrep", "-af", "Main .*" + cluster.data()).output();
    }

    @Test
    void whatEndsAgainAndAgainIsStartedLessAndLessOften() throws Exception {
        try (TestCluster cluster = new TestCluster("it-again", directory)) {
            cluster.up("--nodes=1").succeeded();
            cluster.biplane("down").succeeded();
            Path head = cluster.data().resolve("store").resolve("HEAD");
            Path aside = directory.resolve("HEAD");
            Files.move(head, aside);
            assertThat(cluster.up().code()).isEqualTo(1);
            Path restarts = cluster.data().resolve("run").resolve("control-plane.restarts");
            Eventually.holds(SOON, () -> read(restarts).startsWith("3 ") ? "" : read(restarts));
            // It is started, and ends, while status looks.
            Pattern down =
                    Pattern.compile(
                            "✗ control-plane +DOWN +ended, started again \\d+ times in a row");
            Eventually.holds(
                    SOON,
                    () -> {
                        Result status = cluster.biplane("status");
                        assertThat(status.code()).isEqualTo(1);
                        return down.matcher(status.output()).find() ? "" : status.output();
                    });

            Files.move(aside, head);
            awaitAlive(cluster, "control-plane");
            cluster.up().succeeded();
            assertThat(restarts).doesNotExist();
        }
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return e.toString(); // it was replaced just then
        }
    }

    @Test
    void upInTheForegroundWatchesAllOfThemAndTakesThemDown() throws Exception {
        TestCluster cluster = new TestCluster("it-again", directory);
        Process up =
                new ProcessBuilder(cluster.words("up", "--nodes=1", "--foreground"))
                        .redirectErrorStream(true)
                        .start();
        try (BufferedReader lines = up.inputReader()) {
            awaitLine(lines, "Ctrl-C takes the cluster down");
            long before = cluster.pid("agents");
            cluster.kill(ALL.toArray(String[]::new));
            ALL.forEach(component -> awaitAlive(cluster, component));
            assertThat(cluster.pid("agents")).isNotEqualTo(before);
            try (Pidfd process = Pidfd.open(ProcessId.of(up.pid())).orElseThrow()) {
                process.signal(Pidfd.SIGTERM);
            }
            awaitLine(lines, "network: removed");
            assertThat(up.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(processes(cluster)).isEmpty();
        } finally {
            up.destroyForcibly().waitFor();
            cluster.close();
        }
    }

    private static void awaitLine(BufferedReader lines, String text) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            seen.append(line).append('\n');
            if (line.contains(text)) {
                return;
            }
        }
        throw new AssertionError("it ended: " + seen);
    }
}
