package io.biplane.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.store.KeyValue;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;
import io.biplane.store.WriteRefusedException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An ext4 file system that finds an error in itself and turns read-only, as {@code
 * errors=remount-ro} says and most distributions mount it. Needs root and a loop device.
 */
@Tag("kernel")
class ReadOnlyDiskKernelTest {
    @TempDir Path directory;
    private Path mount = Path.of("");
    private boolean mounted;

    @BeforeEach
    void makeFileSystem() throws IOException, InterruptedException {
        mount = Files.createDirectory(directory.resolve("disk"));
        mounted =
                shell(
                        "truncate -s 16M disk.image && mkfs.ext4 -q -O ^has_journal disk.image && "
                                + mountCommand());
        if (!mounted) {
            if (System.getenv("CI") != null) {
                throw new AssertionError(
                        "disk tests need root, a loop device and mkfs.ext4; in CI that is an error");
            }
            System.err.println(
                    "SKIPPED ReadOnlyDiskKernelTest: disk tests need root, a loop device and mkfs.ext4");
        }
        Assumptions.assumeTrue(mounted, "disk tests need root, a loop device and mkfs.ext4");
    }

    private static String mountCommand() {
        return "mount -o loop,errors=remount-ro disk.image disk";
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        if (mounted) {
            assertThat(shell("umount disk")).isTrue();
        }
    }

    private boolean shell(String command) throws IOException, InterruptedException {
        Process shell =
                new ProcessBuilder("sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; " + command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean done = shell.waitFor() == 0;
        if (!done) {
            System.err.println(command + ": " + output);
        }
        return done;
    }

    @Test
    void aDiskThatTurnsReadOnlyIsNamedReadOnAndLosesNothing()
            throws IOException, InterruptedException {
        Path home = mount.resolve("store");
        List<KeyValue> before;
        try (var store = EmbeddedStore.open(home)) {
            for (int i = 0; i < 100; i++) {
                store.commit(Txn.put("/k/" + i % 30, new byte[1000 + i]));
            }
            before = RandomOperations.everything(store, 0).entries();
            assertThat(
                            shell(
                                    "echo 1 > /sys/fs/ext4/$(basename $(findmnt -no SOURCE disk))/trigger_fs_error"))
                    .isTrue();
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> store.commit(Txn.put("/refused", new byte[1000])))
                        .isInstanceOfSatisfying(
                                WriteRefusedException.class,
                                e ->
                                        assertThat(e.reason())
                                                .isEqualTo(WriteRefusedException.Reason.READ_ONLY))
                        .hasMessage(
                                "write to store %s/store.db refused: it is not writable; make it writable for this user (file system and permissions), or name another directory",
                                home);
            }
            assertThat(RandomOperations.everything(store, 0).entries()).isEqualTo(before);
        }
        assertThat(shell("umount disk && " + mountCommand())).isTrue();
        try (var store = EmbeddedStore.open(home)) {
            assertThat(RandomOperations.everything(store, 0).entries()).isEqualTo(before);
            assertThat(store.commit(Txn.put("/k/0", new byte[1])))
                    .isInstanceOf(TxnResult.Committed.class);
        }
    }
}
