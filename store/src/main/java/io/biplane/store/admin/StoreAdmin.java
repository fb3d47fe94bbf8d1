package io.biplane.store.admin;

import io.biplane.store.disk.BackupFile;
import io.biplane.store.disk.StoreFileException;
import io.biplane.store.disk.StoreSnapshot;
import io.biplane.store.disk.StoreSnapshot.Summary;
import io.biplane.store.embedded.EmbeddedStore;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Commands on the store in a directory. Those that only read may be used while another process has
 * it open.
 */
public final class StoreAdmin {
    /** What {@link #compact} did. */
    public record Compaction(long revision, long bytesBefore, long bytesAfter) {}

    private StoreAdmin() {}

    /**
     * Reads everything there is and proves that it is what was written: a store's directory or a
     * backup.
     *
     * @throws StoreFileException.Damaged naming what is not
     */
    public static Summary verify(Path directoryOrBackup) {
        try (StoreSnapshot snapshot = StoreSnapshot.of(directoryOrBackup)) {
            return snapshot.verify(_ -> {});
        }
    }

    /**
     * Copies a store, live or not, as of one moment into a new file, and verifies the copy.
     *
     * @throws StoreFileException if the file exists or cannot be written, or the store is damaged
     */
    public static Summary backup(Path directory, Path file) {
        try (StoreSnapshot snapshot = StoreSnapshot.of(directory)) {
            BackupFile.write(snapshot, file);
        }
        return verify(file);
    }

    /**
     * Makes a store from a backup, with the same keys and revisions.
     *
     * @param directory absent or empty
     */
    public static Summary restore(Path file, Path directory) {
        Summary summary = verify(file);
        BackupFile.restore(file, directory);
        verify(directory);
        return summary;
    }

    /**
     * Drops all history from a store that no process has open, and gives the space back to the file
     * system.
     */
    public static Compaction compact(Path directory) {
        long[] done = EmbeddedStore.shrink(directory);
        return new Compaction(done[0], done[1], done[2]);
    }

    /**
     * Prints every key as one line of JSON: key, createRevision, modRevision, lease if it has one,
     * and value, as text if it is UTF-8 and else as base64 under {@code valueBase64}. What is
     * damaged is left out: of a key, the last version that is intact is printed.
     *
     * @param prefix of the keys wanted; empty for all
     * @param damaged is told each damage that was passed over
     */
    public static void dump(
            Path directoryOrBackup,
            String prefix,
            Appendable out,
            Consumer<StoreFileException.Damaged> damaged)
            throws IOException {
        try (StoreSnapshot snapshot = StoreSnapshot.ofWhatIsLeft(directoryOrBackup, damaged)) {
            Dump.write(snapshot, prefix, out, damaged);
        }
    }
}
