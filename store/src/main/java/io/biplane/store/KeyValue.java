package io.biplane.store;

import java.util.Arrays;

/**
 * A key as it was at some revision.
 *
 * @param createRevision the revision at which the key came into being, for the last time
 * @param modRevision the revision of its last change
 */
@SuppressWarnings("ArrayRecordComponent") // shared by contract (Store); equality is by content
public record KeyValue(String key, byte[] value, long createRevision, long modRevision) {
    @Override
    public boolean equals(Object other) {
        return other
                        instanceof
                        KeyValue(String otherKey, byte[] otherValue, long created, long modified)
                && key.equals(otherKey)
                && createRevision == created
                && modRevision == modified
                && Arrays.equals(value, otherValue);
    }

    @Override
    public int hashCode() {
        return 31 * key.hashCode() + Long.hashCode(modRevision);
    }

    @Override
    public String toString() {
        return "%s@%d (created at %d, %d bytes)"
                .formatted(key, modRevision, createRevision, value.length);
    }
}
