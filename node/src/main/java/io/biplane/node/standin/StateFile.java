package io.biplane.node.standin;

import io.biplane.linux.OwnerOnly;
import io.biplane.loop.BackOff;
import io.biplane.loop.Loop;

import tools.jackson.core.JacksonException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * The pods to serve, kept in a file so that a restarted process serves them before any agent tells
 * it. Written behind (one writer thread; many changes make one write) and renamed into place.
 * Agents push the whole list when they connect, so the file may lag.
 */
final class StateFile {
    private static final System.Logger LOG = System.getLogger(StateFile.class.getName());

    private final Path file;
    private final Loop loop =
            Loop.platform("standins-state")
                    .retry(BackOff.doubling(Duration.ofSeconds(1), Duration.ofMinutes(1)))
                    .onFailure(this::failed)
                    .run(this::write);
    private volatile boolean dirty;

    /** Set before the loop starts. */
    private Supplier<List<ServedPod>> pods = List::of;

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
        dirty = true;
        loop.wake();
    }

    /** Starts the writer; it ends with the process. */
    void writeBehind(Supplier<List<ServedPod>> definitions) {
        pods = definitions;
        loop.start();
    }

    private void write() throws IOException {
        if (dirty) {
            dirty = false; // before the look: what changes from now on is written again
            OwnerOnly.write(file, Json.array(pods.get(), ServedPod::toJson).toString());
        }
    }

    private void failed(Throwable cause, boolean first) {
        dirty = true;
        LOG.log(
                first ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                () ->
                        "state file %s not written: %s (the agents push the list when they connect)"
                                .formatted(file, cause));
    }
}
