package io.biplane.store.disk;

import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** Connections to the database, with the settings that durability rests on. */
final class Sqlite {
    /** The only tables, as they stand in the schema: anything else there is damage. */
    static final String RECORD_TABLE =
            "CREATE TABLE record (seq INTEGER PRIMARY KEY, revision INTEGER NOT NULL, key TEXT NOT NULL, value BLOB,"
                    + " create_revision INTEGER NOT NULL, lease INTEGER NOT NULL, checks INTEGER NOT NULL)";

    static final String ANCHOR_TABLE =
            "CREATE TABLE anchor (id INTEGER PRIMARY KEY, compacted INTEGER NOT NULL, seq INTEGER NOT NULL,"
                    + " crc INTEGER NOT NULL, count INTEGER NOT NULL, sum INTEGER NOT NULL, checksum INTEGER NOT NULL)";

    /** In backups, in place of the file HEAD. */
    static final String HEAD_TABLE =
            "CREATE TABLE head (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, revision INTEGER NOT NULL,"
                    + " crc INTEGER NOT NULL, checksum INTEGER NOT NULL)";

    private static final int BUSY_MILLIS = 5_000;

    /** Of a log that starts again, as much is kept to be written over, which is cheaper. */
    private static final int LOG_KEPT_BYTES = 32 << 20;

    private Sqlite() {}

    /**
     * The connection that writes. Checkpoints are made when the store says so, not in the midst of
     * a commit.
     */
    static Connection writer(Path database) throws SQLException {
        Connection connection = connect(database, "rwc");
        try {
            execute(
                    connection,
                    "PRAGMA page_size=" + DatabaseHeader.PAGE_BYTES,
                    "PRAGMA journal_mode=WAL",
                    "PRAGMA synchronous=FULL",
                    "PRAGMA wal_autocheckpoint=0",
                    "PRAGMA journal_size_limit=" + LOG_KEPT_BYTES);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * A connection that only reads. Unlike a writer's, its end leaves the log as it is, which a
     * damaged store needs.
     */
    static Connection reader(Path database) throws SQLException {
        return connect(database, "ro");
    }

    /** A connection that writes a file of its own, without a log beside it. */
    static Connection single(Path file) throws SQLException {
        Connection connection = connect(file, "rwc");
        try {
            execute(connection, "PRAGMA synchronous=FULL", "PRAGMA journal_mode=DELETE");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private static Connection connect(Path database, String mode) throws SQLException {
        var properties = new Properties();
        properties.setProperty("busy_timeout", Integer.toString(BUSY_MILLIS));
        // else the driver looks at the text of each statement that it executes
        properties.setProperty("jdbc.get_generated_keys", "false");
        return org.sqlite.JDBC.createConnection(
                "jdbc:sqlite:" + database.toAbsolutePath().toUri() + "?mode=" + mode, properties);
    }

    static void execute(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /**
     * Whether the error says that the file's content is wrong, rather than that the disk does not
     * work.
     */
    static boolean saysDamaged(SQLException e) {
        if (!(e instanceof SQLiteException sqlite)) {
            return true; // the driver could not make sense of what it read
        }
        int primary = sqlite.getResultCode().code & 0xFF;
        return primary == SQLiteErrorCode.SQLITE_CORRUPT.code
                || primary == SQLiteErrorCode.SQLITE_NOTADB.code
                || primary == SQLiteErrorCode.SQLITE_ERROR.code
                || primary == SQLiteErrorCode.SQLITE_MISMATCH.code
                || sqlite.getResultCode() == SQLiteErrorCode.SQLITE_IOERR_SHORT_READ;
    }

    /**
     * Whether there was no memory to do it in. Of what the driver's own allocations meet there is
     * neither a code nor a state, but this text.
     */
    private static boolean saysOutOfMemory(SQLException e) {
        if (!(e instanceof SQLiteException sqlite)) {
            return "Out of memory".equals(e.getMessage());
        }
        SQLiteErrorCode code = sqlite.getResultCode();
        return (code.code & 0xFF) == SQLiteErrorCode.SQLITE_NOMEM.code
                || code == SQLiteErrorCode.SQLITE_IOERR_NOMEM;
    }

    /**
     * What an error met while doing something with the database means to callers.
     *
     * @throws OutOfMemoryError if the process lacks memory; what is on disk is as it was
     */
    static StoreFileException failure(Path database, String what, SQLException e) {
        if (saysOutOfMemory(e)) {
            throw new OutOfMemoryError(
                    "cannot %s %s: the process lacks memory; the store is as it was"
                            .formatted(what, database));
        }
        return saysDamaged(e)
                ? new StoreFileException.Damaged(database, String.valueOf(e.getMessage()), e)
                : new StoreFileException.Unusable(database, what, DiskFault.of(database, e), e);
    }
}
