package io.biplane.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.store.Txn;
import io.biplane.store.disk.DiskFault;
import io.biplane.store.disk.StoreFileException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory that cannot be opened says why, and what to do. */
class StoreOpenErrorsTest {
    @TempDir Path directory;

    private Path made() {
        Path home = directory.resolve("store");
        try (var store = EmbeddedStore.open(home)) {
            store.commit(Txn.put("/a", new byte[] {1}));
        }
        return home;
    }

    @Test
    void aDirectoryOfSomethingElse() throws IOException {
        Files.writeString(directory.resolve("precious.txt"), "x");
        assertThatThrownBy(() -> EmbeddedStore.open(directory))
                .isInstanceOf(StoreFileException.NotAStore.class)
                .hasMessage(
                        "cannot open store %s: it is not Biplane's (it holds precious.txt and no store.db); name an empty or absent directory, or the one that holds the store",
                        directory);
        assertThat(directory.resolve("LOCK")).doesNotExist();
    }

    @Test
    void aFileInPlaceOfTheDirectory() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "x");
        assertThatThrownBy(() -> EmbeddedStore.open(file))
                .isInstanceOf(StoreFileException.NotAStore.class)
                .hasMessageContaining("it is not a directory");
    }

    @Test
    void aDatabaseOfSomethingElse() throws IOException {
        Path home = made();
        overwrite(home.resolve("store.db"), 68, 0);
        assertThatThrownBy(() -> EmbeddedStore.open(home))
                .isInstanceOf(StoreFileException.NotAStore.class)
                .hasMessageContaining("its application id is 00000000, not 4269706c");
    }

    @Test
    void aNewerFormat() throws IOException {
        Path home = made();
        overwrite(home.resolve("store.db"), 60, 7);
        assertThatThrownBy(() -> EmbeddedStore.open(home))
                .isInstanceOf(StoreFileException.NewerFormat.class)
                .hasMessage(
                        "cannot open store %s: it has format 7 and this version of Biplane knows up to 1; run the version that wrote it, or restore a backup made before the upgrade",
                        home.resolve("store.db"));
    }

    /** The first start was killed, or asked to end, while it wrote HEAD: nothing is lost. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 512, 1024})
    void aStoreThatWasBeingMadeIsMadeAgain(int bytesOfHead) throws IOException {
        Files.write(directory.resolve("store.db.new"), new byte[4096]);
        Files.write(directory.resolve("HEAD"), new byte[bytesOfHead]);
        try (var store = EmbeddedStore.open(directory)) {
            store.commit(Txn.put("/a", new byte[] {1}));
        }
        assertThat(directory.resolve("store.db")).exists();
        assertThat(directory.resolve("store.db.new")).doesNotExist();
    }

    @Test
    void aLostDatabaseIsNotMadeAgain() throws IOException {
        Path home = made();
        Files.delete(home.resolve("store.db"));
        Files.write(home.resolve("HEAD"), new byte[512]);
        assertThatThrownBy(() -> EmbeddedStore.open(home))
                .isInstanceOf(StoreFileException.Damaged.class)
                .hasMessageContaining("store.db is missing");
    }

    private static void overwrite(Path file, long offset, int value) throws IOException {
        try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(offset);
            raw.writeInt(value);
        }
    }

    @Test
    void lockedByThisProcess() {
        Path home = directory.resolve("store");
        try (var store = EmbeddedStore.open(home)) {
            assertLocked(home, ProcessHandle.current().pid());
            assertLocked(
                    home,
                    ProcessHandle.current().pid()); // the failed attempt did not let go of the lock
            store.commit(Txn.put("/a", new byte[] {1}));
        }
        EmbeddedStore.open(home).close();
    }

    @Test
    void lockedByAnotherProcess() throws IOException {
        Path home = directory.resolve("store");
        Process other = CrashWriter.start(home);
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(other.getInputStream(), StandardCharsets.US_ASCII))) {
            assertThat(lines.readLine()).startsWith("open ");
            assertLocked(home, other.pid());
        } finally {
            other.destroyForcibly().onExit().join();
        }
        EmbeddedStore.open(home).close();
    }

    private static void assertLocked(Path home, long pid) {
        assertThatThrownBy(() -> EmbeddedStore.open(home))
                .isInstanceOfSatisfying(
                        StoreFileException.Locked.class, e -> assertThat(e.holder()).isEqualTo(pid))
                .hasMessage(
                        "cannot open store %s: process %d has it open; stop that process first, or name another directory",
                        home, pid);
    }

    @Test
    void aPlaceWhereNothingCanBeWritten() {
        // /proc refuses new directories to anyone, root included
        Path nowhere = Path.of("/proc/biplane-store");
        assertThatThrownBy(() -> EmbeddedStore.open(nowhere))
                .isInstanceOfSatisfying(
                        StoreFileException.Unusable.class,
                        e ->
                                assertThat(e.fault())
                                        .isIn(
                                                DiskFault.FULL,
                                                DiskFault.FAILED,
                                                DiskFault.READ_ONLY))
                .hasMessageContaining("cannot open store /proc/biplane-store: ");
    }
}
