package io.biplane.store;

import org.jspecify.annotations.Nullable;

/**
 * What one revision did to one key.
 *
 * @param before null if it was created
 * @param now null if it was deleted
 */
public record Change(String key, @Nullable KeyValue before, @Nullable KeyValue now) {
    public Change {
        if (before == null && now == null) {
            throw new IllegalArgumentException("no change of key " + key);
        }
    }
}
