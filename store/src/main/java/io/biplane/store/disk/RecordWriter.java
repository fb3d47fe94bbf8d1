package io.biplane.store.disk;

import io.biplane.store.WriteRefusedException;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Writes records, in groups: what was appended and deleted since the last {@link #commit} becomes
 * durable together. One thread uses it.
 */
public final class RecordWriter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RecordWriter.class.getName());

    private static final int RECORD_OVERHEAD_BYTES = 128;

    private final Path database;
    private final Connection connection;
    private final Head head;
    private final PreparedStatement begin;
    private final PreparedStatement append;
    private final PreparedStatement delete;
    private final PreparedStatement setAnchor;
    private final PreparedStatement commit;
    private final PreparedStatement rollback;
    private final PreparedStatement checkpoint;
    private boolean begun;
    private long bytesSinceCheckpoint;

    RecordWriter(Path database, Connection connection, Head head) throws SQLException {
        this.database = database;
        this.connection = connection;
        this.head = head;
        begin = connection.prepareStatement("BEGIN IMMEDIATE");
        append =
                connection.prepareStatement(
                        "INSERT INTO record (seq, revision, key, value, create_revision, lease, checks) VALUES (?, ?, ?, ?, ?, ?, ?)");
        delete = connection.prepareStatement("DELETE FROM record WHERE seq BETWEEN ? AND ?");
        setAnchor =
                connection.prepareStatement(
                        "INSERT OR REPLACE INTO anchor (id, compacted, seq, crc, count, sum, checksum) VALUES (1, ?, ?, ?, ?, ?, ?)");
        commit = connection.prepareStatement("COMMIT");
        rollback = connection.prepareStatement("ROLLBACK");
        checkpoint = connection.prepareStatement("PRAGMA wal_checkpoint(PASSIVE)");
    }

    /**
     * Adds a record to the group. @throws WriteRefusedException if the disk does not take it; the
     * group is gone then
     */
    public void append(StoreRecord record) {
        try {
            begin();
            append.setLong(1, record.seq());
            append.setLong(2, record.revision());
            append.setString(3, record.key());
            append.setBytes(4, record.value());
            append.setLong(5, record.createRevision());
            append.setLong(6, record.lease());
            append.setLong(7, record.check());
            append.executeUpdate();
            bytesSinceCheckpoint +=
                    RECORD_OVERHEAD_BYTES + (record.value() == null ? 0 : record.value().length);
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    /**
     * Takes the records of {@code [from, to]} out. @throws WriteRefusedException as {@link #append}
     */
    public void delete(long from, long to) {
        try {
            begin();
            delete.setLong(1, from);
            delete.setLong(2, to);
            delete.executeUpdate();
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    /** Replaces the anchor. @throws WriteRefusedException as {@link #append} */
    public void setAnchor(Anchor anchor) {
        try {
            begin();
            setAnchor.setLong(1, anchor.compacted());
            setAnchor.setLong(2, anchor.seq());
            setAnchor.setInt(3, anchor.crc());
            setAnchor.setLong(4, anchor.count());
            setAnchor.setLong(5, anchor.sum());
            setAnchor.setInt(6, anchor.check());
            setAnchor.executeUpdate();
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    private void begin() throws SQLException {
        if (!begun) {
            begin.executeUpdate();
            begun = true;
        }
    }

    /**
     * Makes the group durable: returns after the fsync.
     *
     * @param end the last record there is now
     * @throws WriteRefusedException if that fails; the group is gone then
     */
    public void commit(Head.Position end) {
        try {
            if (begun) {
                commit.executeUpdate();
                begun = false;
                bytesSinceCheckpoint += DatabaseHeader.PAGE_BYTES;
            }
        } catch (SQLException e) {
            throw refused(e);
        }
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
        if (!begun) {
            return;
        }
        begun = false;
        try {
            rollback.executeUpdate();
        } catch (SQLException e) {
            // SQLite rolls back by itself on most errors, and then has nothing to roll back.
            LOG.log(
                    System.Logger.Level.DEBUG,
                    () -> "nothing to roll back in store %s".formatted(database),
                    e);
        }
    }

    private WriteRefusedException refused(SQLException e) {
        rollback();
        return DiskFault.of(database, e).refusal(database, e);
    }

    /**
     * Copies the write-ahead log into the database, as far as readers allow, so that it starts from
     * its beginning again.
     *
     * @return bytes that are left in the log, to be copied another time
     */
    public long checkpoint() {
        try (ResultSet row = checkpoint.executeQuery()) {
            row.next();
            head.force();
            bytesSinceCheckpoint = 0;
            return Math.max(0, row.getLong(2) - row.getLong(3)) * DatabaseHeader.PAGE_BYTES;
        } catch (SQLException | IOException e) {
            throw DiskFault.of(database, e).refusal(database, e);
        }
    }

    /** Bytes that were written, roughly, since the last checkpoint. */
    public long bytesSinceCheckpoint() {
        return bytesSinceCheckpoint;
    }

    /** Rewrites the database without gaps. */
    public void vacuum() {
        try {
            Sqlite.execute(connection, "VACUUM");
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    /** Moves everything into the database file and lets go of it. */
    @Override
    public void close() {
        try (connection;
                head;
                Statement statement = connection.createStatement()) {
            rollback();
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
