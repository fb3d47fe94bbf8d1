package io.biplane.store.embedded;

import io.biplane.store.Lease;
import io.biplane.store.disk.Anchor;
import io.biplane.store.disk.LogLoad;
import io.biplane.store.disk.StoreRecord;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Makes what is in memory from the log, at start. */
final class Replay {
    /** Takes one part of the log; parts are taken by different threads. */
    static final class Part implements Consumer<StoreRecord> {
        private final boolean keepValues;
        private final List<Version> versions = new ArrayList<>();
        private final List<StoreRecord> leaseRecords = new ArrayList<>();
        private final IntQueue crcs = new IntQueue();
        private long lastSeq;

        Part(boolean keepValues) {
            this.keepValues = keepValues;
        }

        @Override
        public void accept(StoreRecord record) {
            if (record.isLease()) {
                leaseRecords.add(record);
            } else {
                var version = new Version(record, null);
                if (!keepValues) {
                    version.value = null;
                }
                versions.add(version);
            }
            crcs.add(record.crc());
            lastSeq = record.seq();
        }
    }

    final Index index;
    final LeaseTable leases = new LeaseTable();

    /** Checksums of the records after the anchor. */
    final IntQueue chain = new IntQueue();

    final List<Compactor.Garbage> garbage = new ArrayList<>();
    final List<Commit> history = new ArrayList<>();
    final List<StoreRecord[]> endedLeases = new ArrayList<>();
    private final Anchor anchor;
    private final Map<String, Version> newest;

    Replay(LogLoad.Loaded<Part> loaded) {
        anchor = loaded.anchor();
        newest =
                HashMap.newHashMap(
                        loaded.parts().stream().mapToInt(part -> part.versions.size()).sum());
        List<Commit.Event> events = new ArrayList<>();
        long revision = 0;
        for (Part part : loaded.parts()) {
            for (Version version : part.versions) {
                if (version.revision <= anchor.compacted()) {
                    compacted(version);
                    continue;
                }
                if (version.revision != revision) {
                    remember(revision, events);
                    revision = version.revision;
                }
                events.add(changed(version));
            }
            takeChain(part);
        }
        remember(revision, events);
        leases(loaded.parts().stream().flatMap(part -> part.leaseRecords.stream()).toList());
        garbage.sort(Comparator.comparingLong(Compactor.Garbage::supersededAt));
        newest.values().forEach(this::attach);
        index =
                new Index(
                        new SortedVersions(newest.values()),
                        loaded.end().revision(),
                        anchor.compacted());
        history.forEach(index::remember);
    }

    /**
     * A version of the compacted part: only the last of each key is of use; compaction may have
     * left others to be deleted.
     */
    private void compacted(Version version) {
        Version previous =
                version.deleted ? newest.remove(version.key) : newest.put(version.key, version);
        if (previous != null) {
            garbage.add(
                    new Compactor.Garbage(previous.seq, previous.crc, version.revision, previous));
        }
        if (version.deleted) {
            garbage.add(new Compactor.Garbage(version.seq, version.crc, version.revision, version));
        }
    }

    private Commit.Event changed(Version version) {
        @Nullable Version previous = newest.put(version.key, version);
        version.previous = previous;
        return new Commit.Event(previous == null || previous.deleted ? null : previous, version);
    }

    private void remember(long revision, List<Commit.Event> events) {
        if (!events.isEmpty()) {
            history.add(new Commit(revision, List.copyOf(events)));
            events.clear();
        }
    }

    private void takeChain(Part part) {
        // What lies behind the anchor has no gaps.
        long behind = Math.clamp(part.lastSeq - anchor.seq(), 0, part.crcs.size());
        for (int i = part.crcs.size() - (int) behind; i < part.crcs.size(); i++) {
            chain.add(part.crcs.get(i));
        }
    }

    private void leases(List<StoreRecord> records) {
        Map<Long, StoreRecord> grants = new HashMap<>();
        for (StoreRecord record : records) {
            if (record.value() != null) {
                grants.put(record.lease(), record);
                continue;
            }
            @Nullable StoreRecord grant = grants.remove(record.lease());
            if (record.seq() > anchor.seq() && grant != null) {
                endedLeases.add(new StoreRecord[] {grant, record});
                continue;
            }
            garbage.add(new Compactor.Garbage(record.seq(), record.crc(), record.revision(), null));
            if (grant != null) {
                garbage.add(
                        new Compactor.Garbage(grant.seq(), grant.crc(), record.revision(), null));
            }
        }
        for (StoreRecord grant : grants.values()) {
            long millis = ByteBuffer.wrap(grant.value()).getLong();
            leases.add(
                    new LeaseTable.Entry(
                            new Lease(grant.lease(), Duration.ofMillis(millis)),
                            grant.seq(),
                            grant.crc()));
        }
    }

    private void attach(Version version) {
        LeaseTable.Entry lease = version.lease == Lease.NONE ? null : leases.find(version.lease);
        if (lease != null) {
            lease.keys.add(version.key);
        }
    }
}
