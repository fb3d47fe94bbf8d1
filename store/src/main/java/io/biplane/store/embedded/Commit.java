package io.biplane.store.embedded;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** What one revision did. */
record Commit(long revision, List<Event> events) {
    /** What it did to one key; {@code before} is null if the key did not exist. */
    record Event(@Nullable Version before, Version now) {}

    long valueBytes() {
        long bytes = 0;
        for (Event event : events) {
            bytes += event.now().valueBytes;
        }
        return bytes;
    }
}
