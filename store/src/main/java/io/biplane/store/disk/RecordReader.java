package io.biplane.store.disk;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Reads records. Any thread may; they take turns. */
public final class RecordReader implements AutoCloseable {
    private static final String COLUMNS =
            "seq, revision, key, value, create_revision, lease, checks";

    private static final String ONE = "SELECT " + COLUMNS + " FROM record WHERE seq = ?";
    private static final String SOME =
            "SELECT " + COLUMNS + " FROM record WHERE seq BETWEEN ? AND ? ORDER BY seq";

    private final Path database;
    private final Connection connection;
    private final ReentrantLock lock =
            new ReentrantLock(); // a virtual thread that waits for it must not pin its carrier
    private PreparedStatement one;
    private PreparedStatement some;

    RecordReader(Path database) throws SQLException {
        this.database = database;
        connection = Sqlite.reader(database);
        one = connection.prepareStatement(ONE);
        some = connection.prepareStatement(SOME);
    }

    /** What an error means; the driver gives up a statement that failed, so they are made anew. */
    private StoreFileException failure(SQLException e) {
        try {
            one.close();
            some.close();
            one = connection.prepareStatement(ONE);
            some = connection.prepareStatement(SOME);
        } catch (SQLException again) {
            e.addSuppressed(again);
        }
        return Sqlite.failure(database, "read store", e);
    }

    /**
     * The record, checked; empty if compaction took it.
     *
     * @throws StoreFileException.Damaged if it is not what was written
     */
    public Optional<StoreRecord> read(long seq) {
        lock.lock();
        try {
            one.setLong(1, seq);
            try (ResultSet rows = one.executeQuery()) {
                if (!rows.next()) {
                    return Optional.empty();
                }
                StoreRecord record = record(rows);
                if (!record.intact()) {
                    throw new StoreFileException.Damaged(
                            database, record.describe() + " does not match its checksum", null);
                }
                return Optional.of(record);
            }
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            lock.unlock();
        }
    }

    /** Every record of {@code [from, to]} in order, unchecked. */
    public void forEach(long from, long to, Consumer<StoreRecord> consumer) {
        lock.lock();
        try {
            some.setLong(1, from);
            some.setLong(2, to);
            try (ResultSet rows = some.executeQuery()) {
                while (rows.next()) {
                    consumer.accept(record(rows));
                }
            }
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            lock.unlock();
        }
    }

    private static StoreRecord record(ResultSet row) throws SQLException {
        return StoreRecord.read(
                row.getLong(1),
                row.getLong(2),
                row.getString(3),
                row.getBytes(4),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7));
    }

    /** The anchor. @throws StoreFileException.Damaged if it is not what was written */
    public Anchor anchor() {
        lock.lock();
        try (var statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT compacted, seq, crc, count, sum, checksum FROM anchor WHERE id = 1")) {
            if (!row.next()) {
                throw new StoreFileException.Damaged(database, "its anchor is missing", null);
            }
            var anchor =
                    new Anchor(
                            row.getLong(1),
                            row.getLong(2),
                            row.getInt(3),
                            row.getLong(4),
                            row.getLong(5));
            if (anchor.check() != row.getInt(6)) {
                throw new StoreFileException.Damaged(
                        database, "its anchor does not match its checksum", null);
            }
            return anchor;
        } catch (SQLException e) {
            throw Sqlite.failure(database, "read store", e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * What stands in a backup in place of HEAD. @throws StoreFileException.Damaged if it is not
     * what was written
     */
    Head.Position backupHead() {
        lock.lock();
        try (var statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT seq, revision, crc, checksum FROM head WHERE id = 1")) {
            if (!row.next()) {
                throw new StoreFileException.Damaged(
                        database, "it does not say where it ends", null);
            }
            var head = new Head.Position(row.getLong(1), row.getLong(2), row.getInt(3));
            if (head.check() != row.getInt(4)) {
                throw new StoreFileException.Damaged(
                        database, "where it ends does not match its checksum", null);
            }
            return head;
        } catch (SQLException e) {
            throw Sqlite.failure(database, "read backup", e);
        } finally {
            lock.unlock();
        }
    }

    /** The page at which the table of records begins. */
    int recordRoot() {
        lock.lock();
        try (var statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT rootpage FROM sqlite_schema WHERE name = 'record'")) {
            if (!row.next()) {
                throw new StoreFileException.Damaged(database, "its records are missing", null);
            }
            return row.getInt(1);
        } catch (SQLException e) {
            throw Sqlite.failure(database, "read store", e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * SQLite's own findings about tree and free list, and deviations of the schema. @throws
     * StoreFileException.Damaged if any
     */
    public void checkStructure() {
        lock.lock();
        try (var statement = connection.createStatement()) {
            List<String> schema = new ArrayList<>();
            try (ResultSet rows =
                    statement.executeQuery("SELECT sql FROM sqlite_schema ORDER BY name")) {
                while (rows.next()) {
                    schema.add(String.valueOf(rows.getString(1)));
                }
            }
            schema.remove(Sqlite.HEAD_TABLE); // in backups
            if (!schema.equals(List.of(Sqlite.ANCHOR_TABLE, Sqlite.RECORD_TABLE))) {
                throw new StoreFileException.Damaged(database, "its tables are " + schema, null);
            }
            try (ResultSet rows = statement.executeQuery("PRAGMA quick_check(1)")) {
                String finding = rows.next() ? String.valueOf(rows.getString(1)) : "no answer";
                if (!finding.equals("ok")) {
                    throw new StoreFileException.Damaged(
                            database, finding.replace('\n', ' '), null);
                }
            }
        } catch (SQLException e) {
            throw Sqlite.failure(database, "check store", e);
        } finally {
            lock.unlock();
        }
    }

    /** Begins a snapshot: what is read until this reader is closed is of one moment. */
    public void holdSnapshot() {
        lock.lock();
        try {
            Sqlite.execute(connection, "BEGIN", "SELECT count(*) FROM anchor");
        } catch (SQLException e) {
            throw Sqlite.failure(database, "read store", e);
        } finally {
            lock.unlock();
        }
    }

    /** Writes a compact copy of the database, of one moment, to a new file. */
    public void copyTo(Path file) {
        lock.lock();
        try (PreparedStatement copy = connection.prepareStatement("VACUUM INTO ?")) {
            copy.setString(1, file.toAbsolutePath().toString());
            copy.executeUpdate();
        } catch (SQLException e) {
            throw Sqlite.failure(file, "copy store to", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            connection.close();
        } catch (SQLException e) {
            throw Sqlite.failure(database, "close store", e);
        } finally {
            lock.unlock();
        }
    }
}
