package io.biplane.client;

import io.biplane.api.Json;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** An open watch. Read by one thread, closed by any. */
public final class Watch implements AutoCloseable {
    private final LineStream lines;

    Watch(LineStream lines) {
        this.lines = lines;
    }

    /**
     * Waits for the next event.
     *
     * @return null when the server has ended the watch; go on with another from the last version
     * @throws IOException when the connection broke, or the watch was closed here
     */
    public @Nullable WatchEvent next() throws IOException {
        byte[] line = lines.next();
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

    @Override
    public void close() {
        lines.close();
    }
}
