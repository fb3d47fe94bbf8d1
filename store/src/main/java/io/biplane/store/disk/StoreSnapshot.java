package io.biplane.store.disk;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * All of a store at one moment, read from outside: of a directory, which may be in use, or of a
 * backup.
 */
public final class StoreSnapshot implements AutoCloseable {
    /** What there is. */
    public record Summary(long revision, long compactedRevision, long records, long bytes) {}

    private final Path database;
    private final RecordReader reader;
    private final Optional<Head.Position> head;
    private final @Nullable DirectoryLock lock;
    private boolean held;

    private StoreSnapshot(
            Path database,
            RecordReader reader,
            Optional<Head.Position> head,
            @Nullable DirectoryLock lock) {
        this.database = database;
        this.reader = reader;
        this.head = head;
        this.lock = lock;
    }

    /**
     * Takes one. If no process has the store open, none can open it until the snapshot is closed.
     *
     * @throws StoreFileException.Damaged if its log or HEAD is
     */
    public static StoreSnapshot of(Path directoryOrBackup) {
        return of(
                directoryOrBackup,
                damage -> {
                    throw damage;
                });
    }

    /**
     * As {@link #of(Path)}, for saving what can be saved: a damaged log or HEAD is told and passed
     * over.
     */
    public static StoreSnapshot ofWhatIsLeft(
            Path directoryOrBackup, Consumer<StoreFileException.Damaged> damaged) {
        return of(directoryOrBackup, damaged);
    }

    private static StoreSnapshot of(
            Path directoryOrBackup, Consumer<StoreFileException.Damaged> damaged) {
        try {
            if (!Files.exists(directoryOrBackup)) {
                throw new StoreFileException.NotAStore(directoryOrBackup, "it does not exist");
            }
            return Files.isDirectory(directoryOrBackup)
                    ? ofDirectory(directoryOrBackup, damaged)
                    : ofBackup(directoryOrBackup, damaged);
        } catch (IOException e) {
            throw new StoreFileException.Unusable(
                    directoryOrBackup, "read store", DiskFault.of(directoryOrBackup, e), e);
        } catch (SQLException e) {
            throw Sqlite.failure(directoryOrBackup, "read store", e);
        }
    }

    private static StoreSnapshot ofDirectory(
            Path directory, Consumer<StoreFileException.Damaged> damaged)
            throws IOException, SQLException {
        Path database = directory.resolve(StoreFiles.DATABASE);
        if (!Files.exists(database)) {
            throw new StoreFileException.NotAStore(directory, "it holds no " + StoreFiles.DATABASE);
        }
        DirectoryLock lock;
        try {
            lock = DirectoryLock.take(directory);
        } catch (StoreFileException.Locked e) {
            // In use: then its log is being written, and only what SQLite shows of it is to be
            // judged.
            return open(database, sound(() -> StoreFiles.head(directory), damaged), null);
        }
        try {
            sound(
                    () -> {
                        DatabaseHeader.check(database);
                        return true;
                    },
                    damaged);
            Path wal = directory.resolve(StoreFiles.WAL);
            WalScan.damage(wal)
                    .ifPresent(text ->
                            damaged.accept(new StoreFileException.Damaged(wal, text, null)));
            return open(database, sound(() -> StoreFiles.head(directory), damaged), lock);
        } catch (IOException | SQLException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static StoreSnapshot ofBackup(Path file, Consumer<StoreFileException.Damaged> damaged)
            throws IOException, SQLException {
        sound(
                () -> {
                    DatabaseHeader.checkBackup(file);
                    return true;
                },
                damaged);
        var reader = new RecordReader(file);
        try {
            return new StoreSnapshot(file, reader, sound(reader::backupHead, damaged), null);
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /** Something that is read of a file which may be damaged. */
    private interface Reading<T> {
        T read() throws IOException;
    }

    /** What was read; nothing if it is damaged and the consumer passes over that. */
    private static <T> Optional<T> sound(
            Reading<T> reading, Consumer<StoreFileException.Damaged> damaged) throws IOException {
        try {
            return Optional.of(reading.read());
        } catch (StoreFileException.Damaged damage) {
            damaged.accept(damage);
            return Optional.empty();
        }
    }

    /** HEAD was read before: what the reader sees is at least as new. */
    private static StoreSnapshot open(
            Path database, Optional<Head.Position> head, @Nullable DirectoryLock lock)
            throws SQLException {
        return new StoreSnapshot(database, new RecordReader(database), head, lock);
    }

    /**
     * Reads everything and proves that it is what was written.
     *
     * @param each is shown every record, in order
     * @throws StoreFileException.Damaged naming what is not
     */
    public Summary verify(Consumer<StoreRecord> each) {
        hold();
        reader.checkStructure();
        Anchor anchor = reader.anchor();
        var check = new ChainCheck(database, anchor, acknowledged());
        long[] count = {0, 0};
        reader.forEach(
                Long.MIN_VALUE,
                Long.MAX_VALUE,
                record -> {
                    check.accept(record);
                    count[0]++;
                    count[1] += record.value() == null ? 0 : record.value().length;
                    each.accept(record);
                });
        return new Summary(check.end().revision(), anchor.compacted(), count[0], count[1]);
    }

    private void hold() {
        if (!held) {
            reader.holdSnapshot();
            held = true;
        }
    }

    /** What was acknowledged before the snapshot was taken. */
    Head.Position acknowledged() {
        return head.orElseThrow(
                () -> new IllegalStateException("HEAD is damaged, and that was passed over"));
    }

    /** Every intact record, in order; the others are told, and are not trusted in anything. */
    public void forEachIntact(
            Consumer<StoreRecord> each, Consumer<StoreFileException.Damaged> damaged) {
        hold();
        try {
            reader.forEach(
                    Long.MIN_VALUE,
                    Long.MAX_VALUE,
                    record -> {
                        if (record.intact()) {
                            each.accept(record);
                        } else {
                            damaged.accept(
                                    new StoreFileException.Damaged(
                                            database,
                                            record.describe() + " does not match its checksum",
                                            null));
                        }
                    });
        } catch (StoreFileException.Damaged damage) {
            damaged.accept(damage); // the rest cannot be reached
        }
    }

    /** One record. @throws StoreFileException.Damaged if it is not what was written */
    public Optional<StoreRecord> read(long seq) {
        return reader.read(seq);
    }

    RecordReader reader() {
        return reader;
    }

    @Override
    public void close() {
        reader.close();
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                throw new StoreFileException.Unusable(
                        database, "close store", DiskFault.of(database, e), e);
            }
        }
    }
}
