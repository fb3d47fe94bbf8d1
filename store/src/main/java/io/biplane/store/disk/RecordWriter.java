package io.biplane.store.disk;

import io.biplane.store.WriteRefusedException;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Writes records, in groups: what was appended and deleted since the last {@link #commit} becomes
 * durable together. When the disk does not take something, {@link WriteRefusedException} is thrown
 * and the whole group is gone. One thread uses it.
 */
public final class RecordWriter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RecordWriter.class.getName());
    private static final int RECORD_OVERHEAD_BYTES = 128;
    private static final int[] APPEND_SIZES = {16, 4, 1};

    private final Path database;
    private final Connection connection;
    private final Head head;
    private Statements sql;
    private final List<StoreRecord> waiting = new ArrayList<>();
    private boolean begun;
    private long bytesSinceCheckpoint;

    /** Made anew after each error: the driver gives up a statement that failed. */
    private static final class Statements {
        final PreparedStatement begin;
        final PreparedStatement[] append;
        final PreparedStatement delete;
        final PreparedStatement setAnchor;
        final PreparedStatement commit;
        final PreparedStatement checkpoint;

        Statements(Connection connection) throws SQLException {
            begin = connection.prepareStatement("BEGIN IMMEDIATE");
            append = new PreparedStatement[APPEND_SIZES.length];
            for (int i = 0; i < append.length; i++) {
                String rows =
                        String.join(
                                ", ",
                                Collections.nCopies(APPEND_SIZES[i], "(?, ?, ?, ?, ?, ?, ?)"));
                append[i] =
                        connection.prepareStatement(
                                "INSERT INTO record (seq, revision, key, value, create_revision, lease, checks)"
                                        + " VALUES "
                                        + rows);
            }
            delete = connection.prepareStatement("DELETE FROM record WHERE seq BETWEEN ? AND ?");
            setAnchor =
                    connection.prepareStatement(
                            "INSERT OR REPLACE INTO anchor (id, compacted, seq, crc, count, sum, checksum)"
                                    + " VALUES (1, ?, ?, ?, ?, ?, ?)");
            commit = connection.prepareStatement("COMMIT");
            checkpoint = connection.prepareStatement("PRAGMA wal_checkpoint(PASSIVE)");
        }

        void close() throws SQLException {
            for (PreparedStatement statement : append) {
                statement.close();
            }
            for (PreparedStatement statement :
                    List.of(begin, delete, setAnchor, commit, checkpoint)) {
                statement.close();
            }
        }
    }

    RecordWriter(Path database, Connection connection, Head head) throws SQLException {
        this.database = database;
        this.connection = connection;
        this.head = head;
        this.sql = new Statements(connection);
    }

    /** Adds a record to the group. */
    public void append(StoreRecord record) {
        waiting.add(record);
        bytesSinceCheckpoint +=
                RECORD_OVERHEAD_BYTES + (record.value() == null ? 0 : record.value().length);
    }

    /** Hands SQLite what was added, many rows to a statement: a call costs more than a row. */
    private void flush() throws SQLException {
        begin();
        int done = 0;
        for (int i = 0; i < APPEND_SIZES.length; i++) {
            for (; waiting.size() - done >= APPEND_SIZES[i]; done += APPEND_SIZES[i]) {
                insert(sql.append[i], waiting.subList(done, done + APPEND_SIZES[i]));
            }
        }
        waiting.clear();
    }

    private static void insert(PreparedStatement append, List<StoreRecord> records)
            throws SQLException {
        int column = 0;
        for (StoreRecord record : records) {
            append.setLong(++column, record.seq());
            append.setLong(++column, record.revision());
            append.setString(++column, record.key());
            append.setBytes(++column, record.value());
            append.setLong(++column, record.createRevision());
            append.setLong(++column, record.lease());
            append.setLong(++column, record.check());
        }
        append.executeUpdate();
    }

    /** Takes the records of {@code [from, to]} out. */
    public void delete(long from, long to) {
        try {
            begin();
            sql.delete.setLong(1, from);
            sql.delete.setLong(2, to);
            sql.delete.executeUpdate();
        } catch (SQLException e) {
            throw refused(e);
        }
        bytesSinceCheckpoint += DatabaseHeader.PAGE_BYTES;
    }

    /** Replaces the anchor. */
    public void setAnchor(Anchor anchor) {
        try {
            begin();
            sql.setAnchor.setLong(1, anchor.compacted());
            sql.setAnchor.setLong(2, anchor.seq());
            sql.setAnchor.setInt(3, anchor.crc());
            sql.setAnchor.setLong(4, anchor.count());
            sql.setAnchor.setLong(5, anchor.sum());
            sql.setAnchor.setInt(6, anchor.check());
            sql.setAnchor.executeUpdate();
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    /** A statement that writes a first anchor. */
    static String setAnchorSql(Anchor anchor) {
        return "INSERT INTO anchor VALUES (1, %d, %d, %d, %d, %d, %d)"
                .formatted(
                        anchor.compacted(),
                        anchor.seq(),
                        anchor.crc(),
                        anchor.count(),
                        anchor.sum(),
                        anchor.check());
    }

    private void begin() throws SQLException {
        if (!begun) {
            sql.begin.executeUpdate();
            begun = true;
        }
    }

    /**
     * Makes the group durable: returns after the fsync. The last record there is then is {@code
     * end}.
     */
    public void commit(Head.Position end) {
        try {
            if (!waiting.isEmpty()) {
                flush();
            }
            if (begun) {
                sql.commit.executeUpdate();
                begun = false;
            }
        } catch (SQLException e) {
            throw refused(e);
        }
        bytesSinceCheckpoint += DatabaseHeader.PAGE_BYTES;
        try {
            head.write(end);
        } catch (IOException e) {
            // The group is durable all the same; HEAD may be behind.
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "cannot update HEAD of store %s".formatted(database),
                    e);
        }
    }

    /** Gives the group up. */
    public void rollback() {
        waiting.clear();
        if (begun) {
            begun = false;
            reset();
        }
    }

    private WriteRefusedException refused(SQLException e) {
        begun = false;
        waiting.clear();
        reset();
        return DiskFault.of(database, e).refusal(database, e);
    }

    private void reset() {
        try {
            sql.close();
            Sqlite.execute(connection, "ROLLBACK");
        } catch (SQLException e) {
            // SQLite rolls back by itself on most errors, and then has nothing to roll back.
            LOG.log(
                    System.Logger.Level.DEBUG,
                    () -> "nothing to roll back in store %s".formatted(database),
                    e);
        }
        try {
            sql = new Statements(connection);
        } catch (SQLException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "store %s cannot be written".formatted(database),
                    e);
        }
    }

    /**
     * Copies the write-ahead log into the database, as far as readers allow, so that it starts from
     * its beginning again. What is left is copied another time.
     */
    public void checkpoint() {
        try (ResultSet row = sql.checkpoint.executeQuery()) {
            row.next();
            head.force();
            bytesSinceCheckpoint = 0;
        } catch (SQLException e) {
            throw refused(e);
        } catch (IOException e) {
            throw DiskFault.of(database, e).refusal(database, e);
        }
    }

    /** Bytes that were written, roughly, since the last checkpoint. */
    public long bytesSinceCheckpoint() {
        return bytesSinceCheckpoint;
    }

    /** Moves everything into the database file and lets go of it. */
    @Override
    public void close() {
        try (connection;
                head;
                Statement statement = connection.createStatement()) {
            rollback();
            sql.close();
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            head.force();
        } catch (SQLException | IOException e) {
            // Nothing is lost: the log is replayed at the next start.
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "store %s was not closed tidily".formatted(database),
                    e);
        }
    }
}
