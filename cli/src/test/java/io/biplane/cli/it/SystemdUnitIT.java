package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.cli.it.Programs.Result;
import io.biplane.linux.Pidfd;
import io.biplane.linux.ProcessId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The systemd unit that the documentation offers: sound, and its commands do what it says. */
@ClusterTest
class SystemdUnitIT {
    private static final Path UNIT = Programs.projectRoot().resolve("docs/biplane.service");

    /** The unit's program, which is here another one. */
    private static final String PROGRAM = "/opt/biplane/biplane";

    private static final String DATA = "/var/lib/biplane/data";
    private static final List<String> COMPONENTS = List.of("agents", "stand-ins", "control-plane");

    private @TempDir Path directory;

    @Test
    void systemdHasNothingToSayAgainstIt() throws IOException {
        Path unit = directory.resolve("biplane.service");
        String here = Programs.projectRoot().resolve("biplane").toString();
        Files.writeString(unit, Files.readString(UNIT).replace(PROGRAM, here));
        Result result = Programs.run("systemd-analyze", "verify", "--man=no", unit.toString());
        assertThat(result.succeeded()).isEmpty();
    }

    @Test
    void itsCommandsStartReloadAndStopACluster() throws Exception {
        try (MountNamespace mounts = MountNamespace.withFreshRun();
                HostNamespace host = new HostNamespace("it-host-unit")) {
            String before = host.state();
            install(mounts);
            List<String> prefix = host.prefix(mounts);
            run(prefix, "ExecStart");
            kubectl(prefix, "create", "configmap", "kept");

            kill(mounts);
            run(prefix, "ExecReload");
            kubectl(prefix, "get", "configmap", "kept");

            run(prefix, "ExecStop");
            assertThat(host.state()).isEqualTo(before);
            assertThat(mounts.run("ls /run/netns").output()).isEmpty();
            assertThat(Programs.run("pgrep", "-af", "Main .*" + DATA).output()).isEmpty();
            run(prefix, "ExecStart");
            kubectl(prefix, "get", "configmap", "kept");
            run(prefix, "ExecStop");
        }
    }

    /** Puts this Biplane where the unit has it, and an empty directory where its data is to be. */
    private void install(MountNamespace mounts) throws IOException {
        Path aside = Files.createDirectory(directory.resolve("biplane"));
        mounts.run(
                        """
                        set -e
                        mount --bind "%1$s" "%2$s"
                        mount -t tmpfs none /opt && mkdir /opt/biplane
                        mount --bind "%2$s" /opt/biplane
                        mount -t tmpfs none /var/lib
                        """
                                .formatted(Programs.projectRoot(), aside))
                .succeeded();
    }

    /** Runs the command of one of the unit's lines, as written. */
    private static void run(List<String> prefix, String property) throws IOException {
        List<String> lines =
                Files.readAllLines(UNIT).stream()
                        .filter(line -> line.startsWith(property + "="))
                        .toList();
        assertThat(lines).hasSize(1);
        String command = lines.getFirst().substring(property.length() + 1);
        assertThat(command).startsWith(PROGRAM + " ");
        run(prefix, command.split(" ", -1));
    }

    private static void kubectl(List<String> prefix, String... arguments) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                Kubectl.CURRENT.program(),
                                "--kubeconfig=/var/lib/biplane/kubeconfig",
                                "--cache-dir=/var/lib/kubectl"));
        words.addAll(Arrays.asList(arguments));
        run(prefix, words.toArray(String[]::new));
    }

    private static void run(List<String> prefix, String... command) {
        List<String> words = new ArrayList<>(prefix);
        words.addAll(Arrays.asList(command));
        Programs.run(words.toArray(String[]::new)).succeeded();
    }

    /** Ends all processes of the cluster at once. */
    private static void kill(MountNamespace mounts) {
        List<Pidfd> processes = new ArrayList<>();
        for (String component : COMPONENTS) {
            String pid = mounts.run("cat %s/run/%s.pid".formatted(DATA, component)).succeeded();
            processes.add(Pidfd.open(ProcessId.parse(pid)).orElseThrow());
        }
        processes.forEach(process -> process.signal(Pidfd.SIGKILL));
        for (Pidfd process : processes) {
            assertThat(process.awaitEnd(Duration.ofSeconds(10))).isTrue();
            process.close();
        }
    }
}
