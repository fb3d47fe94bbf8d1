package io.biplane.node.standin;

import io.biplane.linux.OwnerOnly;

import tools.jackson.core.JacksonException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * The pods to serve, kept in a file so that a restarted process serves them before any agent tells
 * it. Written behind (one writer thread; many changes make one write) and renamed into place.
 * Agents push the whole list when they connect, so the file may lag.
 */
final class StateFile {
    private static final System.Logger LOG = System.getLogger(StateFile.class.getName());

    private final Path file;
    private final Semaphore dirty = new Semaphore(0);

    StateFile(Path file) {
        this.file = file;
    }

    /** The pods of the last write; none if there was none, or it cannot be understood (logged). */
    List<ServedPod> read() {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return Json.list(Json.MAPPER.readTree(Files.readString(file)), ServedPod::of);
        } catch (IOException | JacksonException | IllegalArgumentException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "state file %s ignored: %s".formatted(file, e.getMessage()));
            return List.of();
        }
    }

    /** Something changed: the writer will write soon. */
    void changed() {
        dirty.release();
    }

    /** Starts the writer; it ends with the process. */
    void writeBehind(Supplier<List<ServedPod>> pods) {
        Thread.ofPlatform()
                .daemon()
                .name("standins-state")
                .start(() -> {
                    try {
                        while (true) {
                            dirty.acquire();
                            dirty.drainPermits();
                            write(pods);
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    private void write(Supplier<List<ServedPod>> pods) {
        try {
            OwnerOnly.write(file, Json.array(pods.get(), ServedPod::toJson).toString());
        } catch (IOException | RuntimeException | Error e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () ->
                            "state file %s not written: %s (the agents push the list when they connect)"
                                    .formatted(file, e));
        }
    }
}
