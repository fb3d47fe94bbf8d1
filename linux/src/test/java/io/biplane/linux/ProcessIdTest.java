package io.biplane.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.linux.testing.Eventually;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

class ProcessIdTest {
    /** A parent that never asks for its child's exit code; it prints the child's pid. */
    private static final List<String> NEGLIGENT =
            List.of(
                    "python3",
                    "-c",
                    "import os,signal\nprint(os.spawnlp(os.P_NOWAIT,'sleep','sleep','60'),flush=True)\nsignal.pause()");

    @Test
    void thisProcessLivesAndIsReadBack() {
        ProcessId self = ProcessId.self();
        assertThat(self.isAlive()).isTrue();
        assertThat(ProcessId.parse(self + "\n")).isEqualTo(self);
        assertThat(new ProcessId(self.pid(), self.startTicks() + 1).isAlive()).isFalse();
        assertThatThrownBy(() -> ProcessId.parse("4711"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aProcessThatNobodyHasReapedHasEnded() throws Exception {
        Process parent = new ProcessBuilder(NEGLIGENT).start();
        try {
            long pid = Long.parseLong(parent.inputReader().readLine());
            ProcessId child = ProcessId.of(pid);
            try (Pidfd pidfd = Pidfd.open(child).orElseThrow()) {
                assertThat(child.isAlive()).isTrue();
                assertThat(pidfd.awaitEnd(Duration.ofMillis(20))).isFalse();
                pidfd.signal(Pidfd.SIGKILL);
                assertThat(pidfd.awaitEnd(Duration.ofSeconds(10))).isTrue();
                Eventually.holds(
                        Duration.ofSeconds(5), () -> state(pid).startsWith("Z") ? "" : state(pid));
                assertThat(child.isAlive()).isFalse();
                assertThat(Pidfd.open(child)).isEmpty();
                pidfd.signal(Pidfd.SIGKILL);
            }
        } finally {
            parent.destroyForcibly().waitFor();
        }
    }

    private static String state(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/%d/stat".formatted(pid)));
            return stat.substring(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
