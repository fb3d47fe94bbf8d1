package io.biplane.store.embedded;

import io.biplane.store.Lease;
import io.biplane.store.disk.Anchor;
import io.biplane.store.disk.LogLoad;
import io.biplane.store.disk.RecordTaker;
import io.biplane.store.disk.StoreRecord;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes what is in memory from the log, at start. */
final class Replay {
    /** Takes one part of the log; parts are taken by different threads. */
    static final class Part implements RecordTaker {
        private final boolean wantsValues;
        private final List<Version> versions = new ArrayList<>();
        private final List<StoreRecord> leaseRecords = new ArrayList<>();
        private final IntQueue crcs = new IntQueue();
        private Version[] byKey = {};
        private long lastSeq;

        Part(boolean wantsValues) {
            this.wantsValues = wantsValues;
        }

        @Override
        public boolean wantsValues() {
            return wantsValues;
        }

        @Override
        public void take(StoreRecord record, int valueBytes) {
            if (record.isLease()) {
                leaseRecords.add(record);
            } else {
                versions.add(new Version(record, valueBytes, null));
            }
            crcs.add(record.crc());
            lastSeq = record.seq();
        }

        @Override
        public void end() {
            byKey = versions.toArray(Version[]::new);
            Arrays.sort(byKey, BY_KEY); // stable
        }
    }

    private static final Comparator<Version> BY_KEY = Comparator.comparing(version -> version.key);

    final Index index;
    final LeaseTable leases = new LeaseTable();

    /** Checksums of the records after the anchor. */
    final IntQueue chain = new IntQueue();

    final List<Compactor.Garbage> garbage = new ArrayList<>();
    final List<Commit> history = new ArrayList<>();
    final List<StoreRecord[]> endedLeases = new ArrayList<>();
    private final Anchor anchor;

    Replay(LogLoad.Loaded<Part> loaded) {
        anchor = loaded.anchor();
        Version[] newest = newest(byKey(loaded.parts()));
        List<Commit.Event> events = new ArrayList<>();
        long revision = 0;
        for (Part part : loaded.parts()) {
            for (Version version : part.versions) {
                if (version.revision <= anchor.compacted()) {
                    continue;
                }
                if (version.revision != revision) {
                    remember(revision, events);
                    revision = version.revision;
                }
                Version previous = version.previous;
                events.add(
                        new Commit.Event(
                                previous == null || previous.deleted ? null : previous, version));
            }
            takeChain(part);
        }
        remember(revision, events);
        leases(loaded.parts().stream().flatMap(part -> part.leaseRecords.stream()).toList());
        garbage.sort(Comparator.comparingLong(Compactor.Garbage::supersededAt));
        if (!leases.isEmpty()) {
            Arrays.stream(newest).forEach(this::attach);
        }
        index = new Index(new SortedVersions(newest), loaded.end().revision(), anchor.compacted());
        history.forEach(index::remember);
    }

    /** All versions in the order of their keys, those of a key in the order of writing. */
    private static Version[] byKey(List<Part> parts) {
        Version[] all = {};
        for (Part part : parts) {
            all = all.length == 0 ? part.byKey : merge(all, part.byKey);
            part.byKey = new Version[0];
        }
        return all;
    }

    private static Version[] merge(Version[] earlier, Version[] later) {
        Version[] all = new Version[earlier.length + later.length];
        int i = 0;
        int j = 0;
        for (int n = 0; n < all.length; n++) {
            boolean first =
                    j == later.length
                            || i < earlier.length && BY_KEY.compare(earlier[i], later[j]) <= 0;
            all[n] = first ? earlier[i++] : later[j++];
        }
        return all;
    }

    /** Links the versions of each key, and returns the last of each. */
    private Version[] newest(Version[] byKey) {
        Version[] newest = new Version[byKey.length];
        int found = 0;
        for (int i = 0; i < byKey.length; ) {
            String key = byKey[i].key;
            @Nullable Version last = null;
            for (; i < byKey.length && byKey[i].key.equals(key); i++) {
                last = follow(last, byKey[i]);
            }
            if (last != null) {
                newest[found++] = last;
            }
        }
        return Arrays.copyOf(newest, found);
    }

    /** The key's last version, after one more. */
    private @Nullable Version follow(@Nullable Version last, Version version) {
        if (version.revision > anchor.compacted()) {
            version.previous = last;
            return version;
        }
        // Of the compacted part only the last version of each key is of use; compaction may have
        // left others to be deleted.
        if (last != null) {
            garbage.add(new Compactor.Garbage(last.seq, last.crc, version.revision, last));
        }
        if (version.deleted) {
            garbage.add(new Compactor.Garbage(version.seq, version.crc, version.revision, version));
            return null;
        }
        return version;
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
