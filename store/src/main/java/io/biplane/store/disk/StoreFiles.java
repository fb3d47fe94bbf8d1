package io.biplane.store.disk;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The directory of a store, locked and found to be in order. */
public final class StoreFiles implements AutoCloseable {
    public static final String DATABASE = "store.db";
    static final String WAL = DATABASE + "-wal";
    static final String HEAD = "HEAD";
    private static final String UNFINISHED = DATABASE + ".new";
    private static final Set<String> OURS =
            Set.of(
                    DATABASE,
                    WAL,
                    DATABASE + "-shm",
                    HEAD,
                    DirectoryLock.NAME,
                    UNFINISHED,
                    UNFINISHED + "-wal",
                    UNFINISHED + "-shm",
                    UNFINISHED + "-journal");

    private final Path database;
    private final DirectoryLock lock;
    private final Head.Position head;
    private final List<Pages> pages = new ArrayList<>();

    private StoreFiles(Path database, DirectoryLock lock, Head.Position head) {
        this.database = database;
        this.lock = lock;
        this.head = head;
    }

    /**
     * Opens the store in a directory, or makes one if the directory is empty or absent.
     *
     * @throws StoreFileException each subclass for what its name says
     */
    public static StoreFiles open(Path directory) {
        try {
            OwnerOnly.createDirectories(directory);
            checkOnlyOurs(directory);
            DirectoryLock lock = DirectoryLock.take(directory);
            try {
                return open(directory, lock);
            } catch (IOException | SQLException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (FileAlreadyExistsException | NotDirectoryException e) {
            throw new StoreFileException.NotAStore(directory, "it is not a directory");
        } catch (IOException e) {
            throw new StoreFileException.Unusable(
                    directory, "open store", DiskFault.of(directory, e), e);
        } catch (SQLException e) {
            throw Sqlite.failure(directory, "open store", e);
        }
    }

    private static void checkOnlyOurs(Path directory) throws IOException {
        var others = new TreeSet<String>();
        boolean database = false;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = file.getFileName().toString();
                database |= name.equals(DATABASE);
                if (!OURS.contains(name)) {
                    others.add(name);
                }
            }
        }
        if (!database && !others.isEmpty()) {
            throw new StoreFileException.NotAStore(
                    directory, "it holds %s and no %s".formatted(others.first(), DATABASE));
        }
    }

    private static StoreFiles open(Path directory, DirectoryLock lock)
            throws IOException, SQLException {
        Path database = directory.resolve(DATABASE);
        if (!Files.exists(database)) {
            create(directory);
        }
        DatabaseHeader.check(database);
        Head.Position acknowledged = head(directory);
        Optional<String> damage = WalScan.damage(directory.resolve(WAL));
        if (damage.isPresent()) {
            throw new StoreFileException.Damaged(directory.resolve(WAL), damage.get(), null);
        }
        return new StoreFiles(database, lock, acknowledged);
    }

    /** What {@code HEAD} says. @throws StoreFileException.Damaged if it says nothing */
    static Head.Position head(Path directory) throws IOException {
        Path path = directory.resolve(HEAD);
        Optional<Head.Position> position = Files.exists(path) ? Head.read(path) : Optional.empty();
        return position.orElseThrow(() ->
                new StoreFileException.Damaged(
                        path,
                        "it does not say what was last acknowledged: missing, or no slot matches its checksum",
                        null));
    }

    /**
     * Makes an empty store; a crash on the way leaves a directory in which this can be done again.
     */
    private static void create(Path directory) throws IOException, SQLException {
        Path headFile = directory.resolve(HEAD);
        // A database that has not got its name yet, and a HEAD that was being written.
        boolean begun = Files.exists(directory.resolve(UNFINISHED));
        boolean had =
                Files.exists(headFile) && Head.read(headFile).map(p -> p.seq() > 0).orElse(!begun);
        if (had || Files.exists(directory.resolve(WAL))) {
            throw new StoreFileException.Damaged(
                    directory,
                    "%s is missing, though its other files are there".formatted(DATABASE),
                    null);
        }
        for (String leftover :
                List.of(
                        HEAD,
                        UNFINISHED,
                        UNFINISHED + "-wal",
                        UNFINISHED + "-shm",
                        UNFINISHED + "-journal")) {
            Files.deleteIfExists(directory.resolve(leftover));
        }
        var start = new Head.Position(0, 1, new SecureRandom().nextInt());
        Path unfinished = directory.resolve(UNFINISHED);
        OwnerOnly.createFile(unfinished);
        try (Connection connection = Sqlite.single(unfinished)) {
            Sqlite.execute(
                    connection,
                    "PRAGMA page_size=" + DatabaseHeader.PAGE_BYTES,
                    "PRAGMA application_id=" + DatabaseHeader.APPLICATION_ID,
                    "PRAGMA user_version=" + DatabaseHeader.FORMAT,
                    Sqlite.RECORD_TABLE,
                    Sqlite.ANCHOR_TABLE,
                    RecordWriter.setAnchorSql(new Anchor(0, 0, start.crc(), 0, 0)));
        }
        finish(directory, start);
    }

    /** Fills an empty directory from a backup. */
    static void create(Path directory, Path backup, Head.Position end)
            throws IOException, SQLException {
        Path unfinished = directory.resolve(UNFINISHED);
        Files.deleteIfExists(unfinished);
        OwnerOnly.createFile(unfinished);
        try (OutputStream to = Files.newOutputStream(unfinished)) {
            long _ = Files.copy(backup, to); // the backup's mode is not copied
        }
        try (Connection connection = Sqlite.single(unfinished)) {
            Sqlite.execute(connection, "DROP TABLE head", "VACUUM");
        }
        finish(directory, end);
    }

    /** Gives a whole and durable database its log and its name. */
    private static void finish(Path directory, Head.Position end) throws IOException, SQLException {
        Path unfinished = directory.resolve(UNFINISHED);
        Sqlite.writer(unfinished).close(); // from here on it has a write-ahead log
        Files.deleteIfExists(directory.resolve(HEAD));
        Head.create(directory.resolve(HEAD), end);
        Files.move(unfinished, directory.resolve(DATABASE), StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(directory);
    }

    /** Makes the names in a directory durable. */
    public static void syncDirectory(Path directory) throws IOException {
        try (FileChannel names = FileChannel.open(directory)) {
            names.force(true);
        }
    }

    public Path database() {
        return database;
    }

    /**
     * The only writer, to be closed by the caller before the store is. Load the log first: what
     * SQLite cannot use of a damaged one, a writer would throw away.
     */
    public RecordWriter newWriter() {
        try {
            Head head = Head.open(database.resolveSibling(HEAD));
            try {
                return newWriter(head);
            } catch (SQLException e) {
                head.close();
                throw e;
            }
        } catch (SQLException e) {
            throw Sqlite.failure(database, "open store", e);
        } catch (IOException e) {
            throw new StoreFileException.Unusable(
                    database, "open store", DiskFault.of(database, e), e);
        }
    }

    private RecordWriter newWriter(Head head) throws SQLException {
        Connection connection = Sqlite.writer(database);
        try {
            var copier = new LogCopier(database);
            try {
                return new RecordWriter(database, connection, head, copier);
            } catch (SQLException e) {
                copier.close();
                throw e;
            }
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** One more reader, to be closed by the caller before the store is. */
    public RecordReader newReader() {
        try {
            return new RecordReader(database);
        } catch (SQLException e) {
            throw Sqlite.failure(database, "open store", e);
        }
    }

    /**
     * The database's pages as they are now. They stay open until the store is closed: when a
     * process closes a file, the system drops all locks that it has on it, and so those of SQLite's
     * connections, on which they rely against other processes.
     */
    Pages openPages() throws IOException {
        Pages opened = Pages.open(database);
        pages.add(opened);
        return opened;
    }

    /** Rewrites the database without gaps; nobody else may have a connection. */
    public void vacuum() {
        try (Connection connection = Sqlite.writer(database)) {
            Sqlite.execute(connection, "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)");
        } catch (SQLException e) {
            throw Sqlite.failure(database, "compact store", e);
        }
    }

    /** What {@code HEAD} said when the store was opened. */
    public Head.Position acknowledged() {
        return head;
    }

    /** The error that a directory holds no store. */
    public static StoreFileException notAStore(Path directory) {
        return new StoreFileException.NotAStore(directory, "it holds no " + DATABASE);
    }

    /** The error that a record which must be there is not. */
    public StoreFileException missing(long seq, long revision, String key) {
        return new StoreFileException.Damaged(
                database,
                "record %d (revision %d, key %s) is missing".formatted(seq, revision, key),
                null);
    }

    /** Lets another process have the directory. */
    @Override
    public void close() {
        try {
            for (Pages each : pages) {
                each.close();
            }
            lock.close();
        } catch (IOException e) {
            throw new StoreFileException.Unusable(
                    database, "close store", DiskFault.of(database, e), e);
        }
    }
}
