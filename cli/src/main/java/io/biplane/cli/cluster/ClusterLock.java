package io.biplane.cli.cluster;

import io.biplane.cli.command.CommandFailure;
import io.biplane.linux.OwnerOnly;
import io.biplane.loop.Await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * The right to start and end a cluster's processes: one process has it at a time, and loses it when
 * it ends, however it ends.
 */
final class ClusterLock implements AutoCloseable {
    /** The name of its file. */
    static final String NAME = "up.lock";

    /** Whoever starts a process again has it as long as that takes. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final FileChannel channel;

    private ClusterLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock for {@code up} or {@code down}.
     *
     * @throws CommandFailure if another one has it for long
     */
    static ClusterLock take(DataDirectory data) {
        return take(data, PATIENCE);
    }

    static ClusterLock take(DataDirectory data, Duration patience) {
        try {
            FileChannel channel = open(data);
            if (lock(channel, patience)) {
                return new ClusterLock(channel);
            }
            channel.close();
        } catch (IOException e) {
            throw DataDirectory.failed("locking", data.root().resolve(NAME), e);
        }
        throw new CommandFailure(
                "the data directory %s is locked: another biplane up or down is at work on it (wait for it, or give another --name and --data-dir)"
                        .formatted(data.root()));
    }

    private static boolean lock(FileChannel channel, Duration patience) throws IOException {
        try {
            return Await.within(patience).until(() -> tryLock(channel) ? "" : "locked").isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Waits for the lock as long as another process has it; an interrupt ends the wait. */
    static ClusterLock await(DataDirectory data) throws IOException {
        FileChannel channel = open(data);
        try {
            var _ = channel.lock();
            return new ClusterLock(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static FileChannel open(DataDirectory data) throws IOException {
        OwnerOnly.createDirectories(data.root());
        Path file = data.root().resolve(NAME);
        return OwnerOnly.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // held by this very process
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
