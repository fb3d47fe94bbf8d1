package io.biplane.store.disk;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;

/**
 * Copies the write-ahead log into the database, on a connection and a thread of its own, so that
 * writers do not wait for it. The log starts from its beginning again only when the writer finds
 * nothing left to copy: {@link RecordWriter#boundLog} sees to that.
 */
final class LogCopier implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LogCopier.class.getName());

    private final Path database;
    private final Connection connection;
    private final Semaphore wanted = new Semaphore(0);
    private final Semaphore idle = new Semaphore(1);
    private volatile boolean closed;

    LogCopier(Path database) throws SQLException {
        this.database = database;
        connection = Sqlite.writer(database);
        Thread.ofPlatform().daemon().name("store-log-copier").start(this::run);
    }

    boolean busy() {
        return idle.availablePermits() == 0;
    }

    /** Begins to copy what the log holds; only when not {@link #busy}. */
    void start() {
        idle.acquireUninterruptibly();
        wanted.release();
    }

    /** Returns when nothing is being copied. */
    void await() {
        idle.acquireUninterruptibly();
        idle.release();
    }

    private void run() {
        while (true) {
            wanted.acquireUninterruptibly();
            if (closed) {
                return;
            }
            try {
                Sqlite.execute(connection, "PRAGMA wal_checkpoint(PASSIVE)");
            } catch (SQLException | RuntimeException | Error e) {
                // The log keeps everything, and grows until the writer has to copy, and says why it
                // cannot. Whatever it is, the writer waits for this thread: it must not end.
                LOG.log(
                        System.Logger.Level.DEBUG,
                        () -> "cannot copy the log of store %s".formatted(database),
                        e);
            } finally {
                idle.release();
            }
        }
    }

    @Override
    public void close() {
        await();
        closed = true;
        wanted.release();
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "a connection to store %s was not closed".formatted(database),
                    e);
        }
    }
}
