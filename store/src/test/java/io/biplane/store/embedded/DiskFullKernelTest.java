package io.biplane.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.store.KeyValue;
import io.biplane.store.Store;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;
import io.biplane.store.WriteRefusedException;
import io.biplane.store.disk.DiskFault;
import io.biplane.store.disk.StoreFileException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A store on a small file system of its own that fills up, or becomes read-only. Needs root, to
 * mount it.
 */
@Tag("kernel")
class DiskFullKernelTest {
    @TempDir Path directory;
    private boolean mounted;

    @BeforeEach
    void mount() throws IOException, InterruptedException {
        mounted =
                run("mount", "-t", "tmpfs", "-o", "size=3m", "biplane-test", directory.toString())
                        == 0;
        if (!mounted) {
            if (System.getenv("CI") != null) {
                throw new AssertionError(
                        "disk tests need root, to mount file systems; in CI that is an error");
            }
            System.err.println(
                    "SKIPPED DiskFullKernelTest: disk tests need root, to mount file systems");
        }
        Assumptions.assumeTrue(mounted, "disk tests need root, to mount file systems");
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        if (mounted) {
            assertThat(run("umount", directory.toString())).isZero();
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private Path fill() throws IOException {
        Path ballast = directory.resolve("ballast");
        try (var out = Files.newOutputStream(ballast)) {
            byte[] block = new byte[4096];
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
        return ballast;
    }

    /** Writes until the store refuses; returns what it acknowledged. */
    private static List<Long> writeUntilRefused(Store store, WriteRefusedException.Reason reason) {
        List<Long> acknowledged = new ArrayList<>();
        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 10_000; i++) {
                                acknowledged.add(
                                        ((TxnResult.Committed)
                                                        store.commit(
                                                                Txn.put(
                                                                        "/k/" + i % 20,
                                                                        new byte[3000])))
                                                .revision());
                            }
                        })
                .isInstanceOfSatisfying(
                        WriteRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
        return acknowledged;
    }

    @Test
    void aFullDiskRefusesWritesKeepsWhatWasAcknowledgedAndResumesWithoutRestart()
            throws IOException {
        Path home = directory.resolve("store");
        List<KeyValue> before;
        try (var store = EmbeddedStore.open(home)) {
            store.commit(Txn.put("/a", new byte[1000]));
            Path ballast = fill();
            List<Long> acknowledged =
                    writeUntilRefused(store, WriteRefusedException.Reason.DISK_FULL);
            assertThat(store.revision()).isEqualTo(2 + acknowledged.size());
            assertThatThrownBy(() -> store.commit(Txn.put("/b", new byte[3000])))
                    .hasMessageMatching(
                            "write to store .*/store.db refused: the disk is full \\(\\d+ KiB free\\); free some space on that file system");
            assertThat(store.get("/a")).isPresent();
            assertThat(store.get("/b")).isEmpty();
            Files.delete(ballast);
            assertThat(store.commit(Txn.put("/b", new byte[3000])))
                    .isEqualTo(new TxnResult.Committed(3 + acknowledged.size()));
            before = RandomOperations.everything(store, 0).entries();
        }
        try (var store = EmbeddedStore.open(home)) {
            assertThat(RandomOperations.everything(store, 0).entries()).isEqualTo(before);
        }
    }

    @Test
    void aFullDiskAtStartIsNamed() throws IOException {
        fill();
        Path home = directory.resolve("store");
        assertThatThrownBy(() -> EmbeddedStore.open(home))
                .isInstanceOfSatisfying(
                        StoreFileException.Unusable.class,
                        e -> assertThat(e.fault()).isEqualTo(DiskFault.FULL))
                .hasMessageMatching(
                        "cannot open store .*: the disk is full \\(\\d+ KiB free\\); free some space on that file system");
    }

    @Test
    void aReadOnlyFileSystemIsNamed() throws IOException, InterruptedException {
        Path home = directory.resolve("store");
        EmbeddedStore.open(home).close();
        assertThat(run("mount", "-o", "remount,ro", directory.toString())).isZero();
        assertThatThrownBy(() -> EmbeddedStore.open(home))
                .isInstanceOfSatisfying(
                        StoreFileException.Unusable.class,
                        e -> assertThat(e.fault()).isEqualTo(DiskFault.READ_ONLY))
                .hasMessage(
                        "cannot open store %s: it is not writable; make it writable for this user (file system and permissions), or name another directory",
                        home);
    }
}
