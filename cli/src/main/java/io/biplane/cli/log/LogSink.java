package io.biplane.cli.log;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import org.jspecify.annotations.Nullable;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where the lines of this process go: to standard error, until a file is named. No source can write
 * without bound, and a full disk loses lines, not the process.
 */
public final class LogSink {
    private static final long MAX_BYTES = 10 << 20;
    private static final int FILES = 3;
    private static final ReentrantLock LOCK = new ReentrantLock();

    @GuardedBy("LOCK")
    private static final Throttle THROTTLE = new Throttle();

    @GuardedBy("LOCK")
    private static @Nullable RotatingFile file;

    private static final OutputStream STANDARD_ERROR = new FileOutputStream(FileDescriptor.err);

    private LogSink() {}

    /**
     * From now on lines go to {@code path}, of which the last 30 MiB are kept.
     *
     * @throws IOException if it cannot be written
     */
    public static void toFile(Path path) throws IOException {
        RotatingFile opened = new RotatingFile(path, MAX_BYTES, FILES);
        LOCK.lock();
        try {
            file = opened;
        } finally {
            LOCK.unlock();
        }
    }

    static void write(Level level, String logger, String message, @Nullable Throwable thrown) {
        Instant now = Instant.now();
        String line = LogLine.of(now, level, logger, message, thrown);
        LOCK.lock();
        try {
            long dropped = THROTTLE.admit(logger, System.nanoTime());
            if (dropped < 0) {
                return;
            }
            if (dropped > 0) {
                put(LogLine.of(now, Level.WARNING, logger, dropped + " lines left out", null));
            }
            put(line);
        } catch (IOException e) {
            // A full disk: nobody to tell, and no reason to stop.
        } finally {
            LOCK.unlock();
        }
    }

    @GuardedBy("LOCK")
    private static void put(String line) throws IOException {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        if (file != null) {
            file.write(ByteBuffer.wrap(bytes));
        } else {
            STANDARD_ERROR.write(bytes);
        }
    }
}
