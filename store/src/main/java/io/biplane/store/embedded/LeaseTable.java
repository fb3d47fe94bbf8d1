package io.biplane.store.embedded;

import io.biplane.store.Lease;
import io.biplane.store.NoSuchLeaseException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The leases and when they end. Granted and ended by the committing thread; kept alive from any.
 */
final class LeaseTable {
    /** A lease that is there, with its record. */
    static final class Entry {
        final Lease lease;
        final long seq;
        final int crc;

        /** The committing thread's. */
        final Set<String> keys = new HashSet<>();

        private long deadlineNanos;
        private boolean ending;

        Entry(Lease lease, long seq, int crc) {
            this.lease = lease;
            this.seq = seq;
            this.crc = crc;
            extend();
        }

        private synchronized boolean extend() {
            deadlineNanos = System.nanoTime() + lease.ttl().toNanos();
            return !ending;
        }

        private synchronized boolean due(long nanos) {
            return deadlineNanos - nanos <= 0;
        }

        /** From here on it cannot be kept alive, unless the end does not become durable. */
        synchronized void ending(boolean is) {
            ending = is;
        }
    }

    private final Map<Long, Entry> entries = new ConcurrentHashMap<>();

    void add(Entry entry) {
        entries.put(entry.lease.id(), entry);
    }

    void remove(Entry entry) {
        entries.remove(entry.lease.id());
    }

    @Nullable Entry find(long id) {
        return entries.get(id);
    }

    Entry get(long id) {
        Entry entry = entries.get(id);
        if (entry == null) {
            throw new NoSuchLeaseException(id);
        }
        return entry;
    }

    void keepAlive(long id) {
        if (!get(id).extend()) {
            throw new NoSuchLeaseException(id);
        }
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    List<Lease> all() {
        return entries.values().stream()
                .map(entry -> entry.lease)
                .sorted(Comparator.comparingLong(Lease::id))
                .toList();
    }

    /** Leases whose time is over. */
    List<Entry> due() {
        if (entries.isEmpty()) {
            return List.of();
        }
        long nanos = System.nanoTime();
        List<Entry> due = new ArrayList<>();
        entries.values()
                .forEach(entry -> {
                    if (entry.due(nanos)) {
                        due.add(entry);
                    }
                });
        return due;
    }
}
