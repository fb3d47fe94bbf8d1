package io.biplane.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.store.Txn;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class StoreLocksTest {
    @TempDir Path directory;

    /**
     * Other programs that open the database, as sqlite3 does, take the log for a dead process's and
     * remove it unless they find SQLite's lock; and closing any file on the database drops it.
     */
    @Test
    void sqlitesLockOnTheDatabaseIsHeldWhileTheStoreIsOpen() throws IOException {
        try (var store = EmbeddedStore.open(directory)) {
            store.commit(Txn.put("/a", new byte[10]));
        }
        try (var _ = EmbeddedStore.open(directory)) {
            assertThat(locks()).isNotEmpty();
        }
        assertThat(locks()).isEmpty();
    }

    /** This process's locks on the database. */
    private List<String> locks() throws IOException {
        String inode = ":" + Files.getAttribute(directory.resolve("store.db"), "unix:ino") + " ";
        String process = " " + ProcessHandle.current().pid() + " ";
        return Files.readAllLines(Path.of("/proc/locks")).stream()
                .filter(line -> line.contains(inode) && line.contains(process))
                .toList();
    }
}
