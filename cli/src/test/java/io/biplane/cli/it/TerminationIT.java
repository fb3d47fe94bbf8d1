package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.apiserver.pki.Pki;
import io.biplane.cli.command.ClientConfig;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Every process ends on SIGTERM and on SIGINT, at any moment, within five seconds. */
@ClusterTest
class TerminationIT {
    private static final long LIMIT_SECONDS = 5;
    private static final String LAUNCHER = Programs.projectRoot().resolve("biplane").toString();

    /** From the launcher's first lines to long after the start. */
    private static final List<Integer> MOMENTS_MILLIS = List.of(100, 400, 700, 1500, 3000);

    private @TempDir Path directory;

    @Test
    void theApiServerEnds() throws Exception {
        assertEnds(
                List.of(
                        LAUNCHER,
                        "kube-apiserver",
                        "--data-dir=" + directory,
                        "--secure-port=" + freePort()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kube-controller-manager", "kube-scheduler", "kube-proxy"})
    void whatWaitsForAnApiServerEnds(String component) throws Exception {
        Path kubeconfig = directory.resolve("admin.conf");
        Pki pki = Pki.openOrCreate(directory.resolve("pki"), List.of("127.0.0.1"));
        List<String> words = List.of(LAUNCHER, component, "--kubeconfig=" + kubeconfig);
        ClientConfig.write("none", local(freePort()), pki, pki.admin(), kubeconfig);
        assertEnds(words);
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            ClientConfig.write("none", local(silent.getLocalPort()), pki, pki.admin(), kubeconfig);
            assertEnds(words);
        }
    }

    @Test
    void theProcessesOfAClusterEnd() throws Exception {
        String name = "it-term";
        try (TestCluster cluster = new TestCluster(name, directory)) {
            cluster.up("--nodes=1").succeeded();
            cluster.kill("control-plane", "agents", "stand-ins");
            Files.createFile(cluster.data().resolve("run/down")); // nobody starts the others
            List<String> inside = List.of("ip", "netns", "exec", name + "-fabric", LAUNCHER);
            String data = "--data-dir=" + cluster.data();
            String host = "--host-netns=/proc/%d/ns/net".formatted(ProcessHandle.current().pid());
            assertEnds(concat(inside, "agents", data, host)); // it has no API server
            Files.delete(cluster.data().resolve("agents.conf"));
            assertEnds(concat(inside, "agents", data, host)); // it does not know where one is
            assertEnds(concat(inside, "stand-ins", data, host));
            assertEnds(concat(inside, "control-plane", data, host));
        }
    }

    private static List<String> concat(List<String> words, String... more) {
        List<String> all = new ArrayList<>(words);
        all.addAll(Arrays.asList(more));
        return all;
    }

    private static URI local(int port) {
        return URI.create("https://127.0.0.1:" + port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Runs it anew for each moment, and sends it each signal. */
    private void assertEnds(List<String> words) throws Exception {
        for (int moment : MOMENTS_MILLIS) {
            assertEnds(words, moment, "TERM", 143);
        }
        assertEnds(words, MOMENTS_MILLIS.getLast(), "INT", 130);
    }

    private void assertEnds(List<String> words, int afterMillis, String signal, int code)
            throws Exception {
        Path output = directory.resolve("output");
        // Whoever started these tests in the background may have had SIGINT ignored, for all below.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=" + signal));
        command.addAll(words);
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        String what = "%s, SIG%s after %d ms".formatted(words, signal, afterMillis);
        try {
            assertThat(process.waitFor(afterMillis, TimeUnit.MILLISECONDS))
                    .as("%s ended by itself: %s", what, Files.readString(output))
                    .isFalse();
            Programs.run("kill", "-" + signal, Long.toString(process.pid())).succeeded();
            assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS))
                    .as("%s has ended: %s", what, Files.readString(output))
                    .isTrue();
            String said = Files.readString(output);
            // A signal in the moment before main: JDK 25 then fails to begin what it has ended.
            boolean unborn = said.startsWith("Error occurred during initialization of VM");
            assertThat(process.exitValue())
                    .as("exit code of %s: %s", what, said)
                    .isIn(0, code, unborn ? 1 : code);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
