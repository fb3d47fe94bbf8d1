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

    /** Beside the leaves that the records fill: the last one again, its parent, the first page. */
    private static final int PAGES_OF_A_COMMIT = 3;

    private static final long COPY_BYTES = 1 << 20;
    private static final long LOG_BYTES = 8 << 20;
    private static final long REST_BYTES = 256 << 10;

    /** If copying is slower than writing, writers wait for it here. */
    private static final long MOST_LOG_BYTES = 64 << 20;

    private final Path database;
    private final Connection connection;
    private final Head head;
    private final LogCopier copier;
    private Statements sql;
    private final List<StoreRecord> waiting = new ArrayList<>();
    private boolean begun;
    private boolean ahead;

    /** Roughly, since the log last started from its beginning. */
    private long logBytes;

    /** Of these, what came since the copier last began. */
    private long uncopied;

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

    RecordWriter(Path database, Connection connection, Head head, LogCopier copier)
            throws SQLException {
        this.database = database;
        this.connection = connection;
        this.head = head;
        this.copier = copier;
        this.sql = new Statements(connection);
    }

    /** Adds a record to the group. */
    public void append(StoreRecord record) {
        waiting.add(record);
        grew(RECORD_OVERHEAD_BYTES + (record.value() == null ? 0 : record.value().length));
    }

    /** Hands SQLite what was added, many rows to a statement: a call costs more than a row. */
    public void flush() {
        try {
            insertWaiting();
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    private void insertWaiting() throws SQLException {
        if (waiting.isEmpty()) {
            return;
        }
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
        grew(DatabaseHeader.PAGE_BYTES);
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
     * end}. Once the caller has done in memory what that means, it says so by {@link #followed}.
     */
    public void commit(Head.Position end) {
        try {
            insertWaiting();
            if (begun) {
                ahead = true;
                sql.commit.executeUpdate();
                begun = false;
            }
        } catch (SQLException e) {
            throw refused(e);
        }
        grew(PAGES_OF_A_COMMIT * DatabaseHeader.PAGE_BYTES);
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

    /** Memory holds what the last commit made durable. */
    public void followed() {
        ahead = false;
    }

    /**
     * Whether the disk may hold a group that memory does not: a commit has begun, and was neither
     * refused nor {@link #followed}. To take such a group back in memory would be wrong.
     */
    public boolean isAhead() {
        return ahead;
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
        ahead = false;
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
     * Keeps the write-ahead log short. Most of it is copied into the database beside the writing;
     * once little is left, that is copied here, so that the log starts from its beginning again.
     */
    public void boundLog() {
        boolean copying = copier.busy();
        if (logBytes > MOST_LOG_BYTES
                || logBytes > LOG_BYTES && !copying && uncopied < REST_BYTES) {
            copier.await();
            checkpoint();
        } else if (uncopied > COPY_BYTES && !copying) {
            uncopied = 0;
            copier.start();
        }
    }

    private void checkpoint() {
        try (ResultSet row = sql.checkpoint.executeQuery()) {
            row.next();
            head.force();
            logBytes = 0;
            uncopied = 0;
        } catch (SQLException e) {
            throw refused(e);
        } catch (IOException e) {
            throw DiskFault.of(database, e).refusal(database, e);
        }
    }

    private void grew(long bytes) {
        logBytes += bytes;
        uncopied += bytes;
    }

    /** Moves everything into the database file and lets go of it. */
    @Override
    public void close() {
        copier.close();
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
