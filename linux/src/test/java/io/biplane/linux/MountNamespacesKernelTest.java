package io.biplane.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.testing.KernelTest;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;

@KernelTest
final class MountNamespacesKernelTest {
    private static final Path FILE =
            Path.of("/mnt", "biplane-elsewhere-" + ProcessHandle.current().pid());

    @Test
    void aFileOfAnotherMountNamespaceIsFoundWhileAProcessIsInIt() throws Exception {
        String script =
                "mount -t tmpfs none /mnt && echo theirs > %s && echo ready && exec sleep 600"
                        .formatted(FILE);
        Process holder =
                new ProcessBuilder(
                                "unshare",
                                "--mount",
                                "--propagation",
                                "private",
                                "sh",
                                "-c",
                                script)
                        .start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("ready");
            assertThat(FILE).doesNotExist();
            Path found = MountNamespaces.elsewhere(FILE).orElseThrow();
            assertThat(Files.readString(found)).isEqualTo("theirs\n");
        } finally {
            holder.destroyForcibly().waitFor();
        }
        assertThat(MountNamespaces.elsewhere(FILE)).isEmpty();
    }
}
