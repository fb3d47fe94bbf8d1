package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.cli.it.Programs.Result;
import io.biplane.linux.testing.Eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A process that runs out of memory ends, says so in one line, and is started again; nobody calls
 * it damage, and nothing that was acknowledged is lost.
 */
@ClusterTest
class OutOfMemoryIT {
    private static final Path LAUNCHER = Programs.projectRoot().resolve("biplane");
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int MANY = 80;
    private static final String SAID = "the control-plane before this one ended for lack of memory";

    private @TempDir Path directory;

    @Test
    void aControlPlaneWithTooLittleMemory() throws Exception {
        Path big = big();
        try (TestCluster cluster = new TestCluster("it-memory", directory)) {
            cluster.up("--nodes=1", "--heap=control-plane=96m").succeeded();
            long before = cluster.pid("control-plane");
            List<String> acknowledged =
                    fill(name ->
                            cluster.kubectl(
                                    Kubectl.CURRENT,
                                    "",
                                    "create",
                                    "cm",
                                    name,
                                    "--from-file=big=" + big));
            Path log = cluster.data().resolve("log").resolve("control-plane.log");
            Eventually.holds(SOON, () -> said(log).isEmpty() ? "not said: " + read(log) : "");
            assertThat(cluster.pid("control-plane")).isNotEqualTo(before);
            assertThat(said(log).getFirst())
                    .endsWith(
                            SAID
                                    + ": Java heap space (its heap is 96 MiB now; give it more: biplane down, then up --heap=control-plane=<size>)");

            cluster.biplane("down").succeeded();
            int lines = said(log).size();
            cluster.up("--heap=control-plane=1g").succeeded();
            // The last one may have ended just before.
            assertThat(said(log).size()).isBetween(lines, lines + 1);
            assertThat(cluster.kubectl("get", "cm", "-o", "name").lines())
                    .containsAll(acknowledged.stream().map(name -> "configmap/" + name).toList());
            assertThat(cluster.biplane("status").succeeded()).contains("all is well");
            for (Path file : logs(cluster)) {
                assertThat(file).content().doesNotContainIgnoringCase("damage");
            }
        }
    }

    @Test
    void anApiServerOfItsOwnEndsWithOneLine() throws Exception {
        Path data = directory.resolve("data");
        Path output = directory.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(
                                LAUNCHER.toString(),
                                "kube-apiserver",
                                "--data-dir=" + data,
                                "--secure-port=6443")
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().put("BIPLANE_HEAP", "64m");
        Process server = builder.start();
        try {
            Path kubeconfig = data.resolve("admin.conf");
            Eventually.holds(
                    SOON, () -> Files.exists(kubeconfig) ? "" : "not started: " + read(output));
            Path big = big();
            fill(name ->
                    Programs.run(
                            Kubectl.CURRENT.program(),
                            "--kubeconfig=" + kubeconfig,
                            "create",
                            "cm",
                            name,
                            "--from-file=big=" + big));
            // All of them at once are more than it can hold.
            Programs.run(
                    Kubectl.CURRENT.program(),
                    "--kubeconfig=" + kubeconfig,
                    "--request-timeout=30s",
                    "get",
                    "cm",
                    "-o",
                    "json");
            assertThat(server.waitFor(60, TimeUnit.SECONDS)).as(read(output)).isTrue();
            assertThat(server.exitValue()).isEqualTo(3);
            assertThat(read(output).lines().filter(line -> !line.startsWith("20")))
                    .containsExactly(
                            "Terminating due to java.lang.OutOfMemoryError: Java heap space");
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    /** What a ConfigMap takes at most, roughly. */
    private Path big() throws IOException {
        Path file = directory.resolve("big");
        Files.writeString(file, "x".repeat(900_000));
        return file;
    }

    private interface Create {
        Result create(String name);
    }

    /**
     * Makes ConfigMaps until one is not acknowledged, or many are.
     *
     * @return those that were
     */
    private static List<String> fill(Create create) {
        List<String> acknowledged = new ArrayList<>();
        for (String name : IntStream.range(0, MANY).mapToObj(i -> "big" + i).toList()) {
            Result result = create.create(name);
            if (result.code() != 0) {
                assertThat(result.output()).doesNotContainIgnoringCase("damage");
                return acknowledged;
            }
            acknowledged.add(name);
        }
        return acknowledged;
    }

    private static List<String> said(Path log) {
        return read(log).lines().filter(line -> line.contains(SAID)).toList();
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> logs(TestCluster cluster) throws IOException {
        try (Stream<Path> files = Files.list(cluster.data().resolve("log"))) {
            return files.toList();
        }
    }
}
