package io.biplane.cli.cluster;

import io.biplane.linux.OwnerOnly;
import io.biplane.linux.ProcessId;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The place of one component of a cluster, held by its process while that lives: of two that were
 * started, one gets it. Whoever started it waits for the pid file that is then written.
 */
public final class Registration implements AutoCloseable {
    private final FileChannel lock;

    private Registration(FileChannel lock) {
        this.lock = lock;
    }

    /** Takes the place for this process; empty if another process has it. */
    static Optional<Registration> take(DataDirectory data, Component component) {
        try {
            OwnerOnly.createDirectories(data.run());
            FileChannel lock =
                    OwnerOnly.open(
                            data.run().resolve(component.id() + ".lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            if (lock.tryLock() == null) {
                lock.close();
                return Optional.empty();
            }
            OwnerOnly.write(component.pidFile(data), ProcessId.self() + "\n");
            return Optional.of(new Registration(lock));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "registering the %s in %s".formatted(component.id(), data.run()), e);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
