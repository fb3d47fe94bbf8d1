package io.biplane.client;

import io.biplane.api.Json;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An open watch. Read by one thread, closed by any. */
public final class Watch implements AutoCloseable {
    private final LineStream lines;
    private final Duration limit;

    /** Completes at the limit, unless the watch was closed before. */
    private final CompletableFuture<Boolean> overdue = new CompletableFuture<>();

    /**
     * @param limit after which the watch is closed here, for a connection that died without a word
     *     brings neither events nor an end
     */
    Watch(LineStream lines, Duration limit) {
        this.lines = lines;
        this.limit = limit;
        var _ =
                overdue.completeOnTimeout(true, limit.toNanos(), TimeUnit.NANOSECONDS)
                        .thenRunAsync(lines::close, Thread::startVirtualThread);
    }

    /**
     * Waits for the next event.
     *
     * @return null when the server has ended the watch; go on with another from the last version
     * @throws IOException when the connection broke, or the watch was closed here
     */
    public @Nullable WatchEvent next() throws IOException {
        byte[] line = nextLine();
        if (line == null) {
            return null;
        }
        if (Json.parse(line) instanceof ObjectNode event
                && event.get("object") instanceof ObjectNode object) {
            return new WatchEvent(event.path("type").asString(), object);
        }
        throw new IOException(
                "watch: a line is not an event: " + new String(line, StandardCharsets.UTF_8));
    }

    private byte @Nullable [] nextLine() throws IOException {
        try {
            return lines.next();
        } catch (IOException e) {
            if (overdue.isDone() && !overdue.isCancelled()) {
                throw new IOException(
                        "watch: the server has not ended it within %s: closed, for the connection may be dead"
                                .formatted(limit),
                        e);
            }
            throw e;
        }
    }

    @Override
    public void close() {
        boolean _ = overdue.cancel(false);
        lines.close();
    }
}
