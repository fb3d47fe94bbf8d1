package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Secrets and keys are their owner's only: no file that Biplane makes is open to others. */
@ClusterTest
class PermissionsIT {
    private static final String LAUNCHER = Programs.projectRoot().resolve("biplane").toString();

    private @TempDir Path directory;

    private static List<String> under(String umask) {
        return List.of("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh");
    }

    /** What somebody else may read, write or enter. */
    private static String openToOthers(Path... places) {
        List<String> words = new ArrayList<>(List.of("find"));
        for (Path place : places) {
            words.add(place.toString());
        }
        words.addAll(List.of("-perm", "/077", "!", "-type", "l", "-ls"));
        return Programs.run(words.toArray(String[]::new)).succeeded();
    }

    @ParameterizedTest
    @ValueSource(strings = {"000", "022"})
    void aClustersFilesAreItsOwnersWhateverTheUmask(String umask) throws IOException {
        try (TestCluster cluster = new TestCluster("it-perm", directory, under(umask))) {
            cluster.up("--nodes=1").succeeded();
            cluster.kubectl("run", "web", "--image=agnhost:2.53", "--port=8080");
            cluster.kubectl("wait", "--for=condition=Ready", "pod/web", "--timeout=60s");
            Path backup = backUp(cluster, umask);
            Path kubeconfig = directory.resolve("kubeconfig-it-perm");
            assertThat(openToOthers(cluster.data(), kubeconfig, backup, Path.of("/run/biplane")))
                    .isEmpty();

            cluster.biplane("down").succeeded();
            Programs.run("chmod", "-R", "a+rwX", cluster.data().toString()).succeeded();
            assertThat(cluster.up().succeeded())
                    .contains("files and directories were open to other users, and are no longer");
            assertThat(openToOthers(cluster.data())).isEmpty();
            assertThat(cluster.up().succeeded()).doesNotContain("open to other users");
        }
    }

    private Path backUp(TestCluster cluster, String umask) {
        Path backup = directory.resolve("monday.backup");
        List<String> words = new ArrayList<>(under(umask));
        words.addAll(List.of(LAUNCHER, "store", "backup", "--data-dir=" + cluster.data()));
        words.add(backup.toString());
        Programs.run(words.toArray(String[]::new)).succeeded();
        return backup;
    }

    @Test
    void anApiServersFilesAreItsOwners() throws Exception {
        Path data = directory.resolve("data");
        List<String> words = new ArrayList<>(under("000"));
        words.addAll(
                List.of(
                        LAUNCHER,
                        "kube-apiserver",
                        "--data-dir=" + data,
                        "--secure-port=" + freePort()));
        runUntilStarted(words);
        assertThat(openToOthers(data)).isEmpty();
        Programs.run("chmod", "-R", "a+rwX", data.toString()).succeeded();
        assertThat(runUntilStarted(words)).contains("open to other users");
        assertThat(openToOthers(data)).isEmpty();
    }

    @Test
    void aDirectoryThatHoldsMoreThanTheApiServersFilesIsLeftAsItIs() throws Exception {
        Path shared = Files.createDirectory(directory.resolve("shared"));
        Files.createFile(shared.resolve("theirs"));
        Programs.run("chmod", "-R", "a+rwX", shared.toString()).succeeded();
        runUntilStarted(
                List.of(
                        LAUNCHER,
                        "kube-apiserver",
                        "--data-dir=" + shared,
                        "--secure-port=" + freePort()));
        assertThat(openToOthers(shared).lines().count()).isEqualTo(2);
    }

    private static String runUntilStarted(List<String> words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        try (var lines = process.inputReader()) {
            StringBuilder output = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.append(line).append('\n');
                if (line.contains("kube-apiserver started")) {
                    return output.toString();
                }
            }
            throw new AssertionError("it ended: " + output);
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
