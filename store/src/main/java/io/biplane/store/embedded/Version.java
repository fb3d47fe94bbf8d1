package io.biplane.store.embedded;

import io.biplane.store.disk.StoreRecord;

import org.jspecify.annotations.Nullable;

/**
 * One key at one revision, as the index holds it. Written by the committing thread, read by all.
 */
final class Version {
    final String key;
    final long revision;
    final long createRevision;
    final long seq;
    final long lease;
    final int crc;
    final int valueBytes;
    final boolean deleted;

    /**
     * Null while it is only on disk, and for deletions. The cache owns it once the version is
     * durable.
     */
    volatile byte @Nullable [] value;

    /** The version before this one; null if there is none or compaction took it. */
    volatile @Nullable Version previous;

    /**
     * The cache's: whether a reader wanted the value since the cache last looked. Races only cost a
     * read from disk.
     */
    boolean used;

    /** The cache's, under its lock. */
    boolean cached;

    Version(StoreRecord record, @Nullable Version previous) {
        this(record, record.value() == null ? -1 : record.value().length, previous);
    }

    /**
     * @param size of the value, which need not be there; -1 for a deletion
     */
    Version(StoreRecord record, int size, @Nullable Version previous) {
        key = record.key();
        revision = record.revision();
        createRevision = record.createRevision();
        seq = record.seq();
        lease = record.lease();
        crc = record.crc();
        valueBytes = Math.max(size, 0);
        deleted = size < 0;
        value = record.value();
        this.previous = previous;
    }

    /** The version of this key that was current at a revision: null if there was none. */
    static @Nullable Version at(@Nullable Version newest, long revision) {
        Version version = newest;
        while (version != null && version.revision > revision) {
            version = version.previous;
        }
        return version == null || version.deleted ? null : version;
    }
}
