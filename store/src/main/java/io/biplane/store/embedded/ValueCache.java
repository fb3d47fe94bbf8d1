package io.biplane.store.embedded;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.store.KeyValue;
import io.biplane.store.disk.RecordReader;
import io.biplane.store.disk.StoreRecord;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Values in memory, up to a number of bytes; the others are on disk. The one that was not wanted
 * for longest goes first (CLOCK).
 */
final class ValueCache {
    private static final int OVERHEAD_BYTES = 64;
    private static final int LEAST_SWEPT = 1024;

    private final long capacityBytes;
    private final RecordReader reader;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final ArrayDeque<Version> clock = new ArrayDeque<>();

    @GuardedBy("lock")
    private long bytes;

    /** About how many of the clock's versions were dropped since. */
    @GuardedBy("lock")
    private int dropped;

    ValueCache(long capacityBytes, RecordReader reader) {
        this.capacityBytes = capacityBytes;
        this.reader = reader;
    }

    /** The key with its value; empty if compaction took the record meanwhile. */
    Optional<KeyValue> load(Version version) {
        byte[] value = version.value;
        if (value == null) {
            Optional<byte[]> read = reader.read(version.seq).map(StoreRecord::value);
            if (read.isEmpty()) {
                return Optional.empty();
            }
            value = read.get();
            version.value = value;
            add(version);
        } else if (!version.used) {
            version.used = true;
        }
        return Optional.of(
                new KeyValue(version.key, value, version.createRevision, version.revision));
    }

    /** Takes charge of a version's value, which is on disk now. */
    void add(Version version) {
        lock.lock();
        try {
            if (version.deleted || version.cached) {
                return;
            }
            version.cached = true;
            clock.add(version);
            bytes += version.valueBytes + OVERHEAD_BYTES;
            while (bytes > capacityBytes) {
                evictOne();
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void evictOne() {
        Version oldest = clock.remove();
        if (!oldest.cached) {
            dropped--;
            return;
        }
        if (oldest.used) {
            oldest.used = false;
            clock.add(oldest);
        } else {
            forget(oldest);
        }
    }

    /** Lets go of the value of a version that compaction takes. */
    void drop(Version version) {
        lock.lock();
        try {
            if (version.cached) {
                forget(version);
                dropped++;
            }
            if (dropped > Math.max(LEAST_SWEPT, clock.size() / 2)) {
                clock.removeIf(each -> !each.cached);
                dropped = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many versions are held on to, dropped ones included. */
    int held() {
        lock.lock();
        try {
            return clock.size();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void forget(Version version) {
        version.cached = false;
        version.value = null;
        bytes -= version.valueBytes + OVERHEAD_BYTES;
    }
}
