package io.biplane.store.embedded;

import io.biplane.store.Condition;
import io.biplane.store.Lease;
import io.biplane.store.NoSuchLeaseException;
import io.biplane.store.Op;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;
import io.biplane.store.disk.Head;
import io.biplane.store.disk.RecordWriter;
import io.biplane.store.disk.StoreRecord;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Applies transactions one after another: to the index, where readers do not look yet, and to the
 * group of records that the writer makes durable. Then either all of it becomes visible, or all of
 * it is undone. The committing thread's.
 */
final class Ledger {
    private final Index index;
    private final LeaseTable leases;
    private final ValueCache cache;
    private final RecordWriter writer;
    private final Compactor compactor;

    /** Where the log ends, with the group. */
    private Head.Position end;

    /** What the group did so far. */
    private Head.Position groupStart;

    private final List<Commit> commits = new ArrayList<>();
    private final List<StoreRecord> records = new ArrayList<>();
    private final ArrayDeque<Runnable> undo = new ArrayDeque<>();

    Ledger(
            Index index,
            LeaseTable leases,
            ValueCache cache,
            RecordWriter writer,
            Compactor compactor,
            Head.Position end) {
        this.index = index;
        this.leases = leases;
        this.cache = cache;
        this.writer = writer;
        this.compactor = compactor;
        this.end = end;
        this.groupStart = end;
    }

    TxnResult commit(Txn txn) {
        List<Condition> unmet = new ArrayList<>();
        for (Condition condition : txn.conditions()) {
            if (!holds(condition)) {
                unmet.add(condition);
            }
        }
        return unmet.isEmpty()
                ? new TxnResult.Committed(apply(txn.ops()))
                : new TxnResult.Unmet(unmet);
    }

    private boolean holds(Condition condition) {
        Version last = index.newest(condition.key());
        Version current = last == null || last.deleted ? null : last;
        return switch (condition) {
            case Condition.Absent _ -> current == null;
            case Condition.ModRevisionIs(String _, long expected) ->
                    current != null && current.revision == expected;
            case Condition.NoneIn(String from, String toExclusive) ->
                    index.range(from, toExclusive).values().stream().allMatch(v -> v.deleted);
            case Condition.NoneNewerIn(String from, String toExclusive, long revision) ->
                    index.range(from, toExclusive).values().stream()
                            .allMatch(v -> v.deleted || v.revision <= revision);
        };
    }

    private long apply(List<? extends Op> ops) {
        for (Op op : ops) {
            if (op instanceof Op.Put put
                    && put.lease() != Lease.NONE
                    && leases.find(put.lease()) == null) {
                throw new NoSuchLeaseException(put.lease());
            }
        }
        long revision = end.revision() + 1;
        List<Commit.Event> events = new ArrayList<>(ops.size());
        for (Op op : ops) {
            Version last = index.newest(op.key());
            Version before = last == null || last.deleted ? null : last;
            switch (op) {
                case Op.Put(String key, byte[] value, long lease) -> {
                    long created = before == null ? revision : before.createRevision;
                    events.add(change(before, last, append(revision, key, value, created, lease)));
                }
                case Op.Delete(String key) -> {
                    if (before != null) {
                        events.add(
                                change(before, last, append(revision, key, null, 0, Lease.NONE)));
                    }
                }
            }
        }
        if (!events.isEmpty()) {
            commits.add(new Commit(revision, List.copyOf(events)));
        }
        return end.revision();
    }

    private StoreRecord append(
            long revision, String key, byte @Nullable [] value, long created, long lease) {
        StoreRecord record =
                StoreRecord.following(
                        end.crc(), end.seq() + 1, revision, key, value, created, lease);
        writer.append(record);
        records.add(record);
        end = new Head.Position(record.seq(), revision, record.crc());
        return record;
    }

    private Commit.Event change(
            @Nullable Version before, @Nullable Version last, StoreRecord record) {
        var now = new Version(record, last);
        index.put(now);
        undo.push(() -> index.undo(now));
        if (before != null) {
            attach(before.lease, now.key, false);
        }
        attach(now.lease, now.key, true);
        return new Commit.Event(before, now);
    }

    private void attach(long leaseId, String key, boolean on) {
        LeaseTable.Entry lease = leaseId == Lease.NONE ? null : leases.find(leaseId);
        if (lease != null) {
            boolean changed = on ? lease.keys.add(key) : lease.keys.remove(key);
            if (changed) {
                undo.push(on ? () -> lease.keys.remove(key) : () -> lease.keys.add(key));
            }
        }
    }

    Lease grant(Duration ttl) {
        var lease = new Lease(end.seq() + 1, ttl); // its record's number: never used again
        byte[] millis = ByteBuffer.allocate(Long.BYTES).putLong(ttl.toMillis()).array();
        StoreRecord record = append(end.revision(), "", millis, 0, lease.id());
        var entry = new LeaseTable.Entry(lease, record.seq(), record.crc());
        leases.add(entry);
        undo.push(() -> leases.remove(entry));
        return lease;
    }

    /** Ends a lease and deletes its keys. */
    void end(long leaseId) {
        LeaseTable.Entry entry = leases.get(leaseId);
        entry.ending(true);
        undo.push(() -> entry.ending(false));
        apply(entry.keys.stream().sorted().map(Op.Delete::new).toList());
        StoreRecord record = append(end.revision(), "", null, 0, leaseId);
        leases.remove(entry);
        undo.push(() -> leases.add(entry));
        compactor.leaseEnded(entry.seq, entry.crc, record.seq(), record.crc());
        undo.push(compactor::undoLeaseEnded);
    }

    /** Hands the disk's library what the group did so far. */
    void flush() {
        writer.flush();
    }

    /** Whether the group has anything to make durable. */
    boolean dirty() {
        return end.seq() != groupStart.seq();
    }

    /**
     * Makes the group durable and visible.
     *
     * @return its commits, in order
     * @throws io.biplane.store.WriteRefusedException if it cannot be; then {@link #undo()} it
     */
    List<Commit> publish() {
        writer.flush(); // what fails here can be undone
        writer.commit(end);
        for (StoreRecord record : records) {
            compactor.appended(record.seq(), record.crc());
        }
        for (Commit commit : commits) {
            index.remember(commit);
            compactor.committed(commit);
            commit.events().forEach(event -> cache.add(event.now()));
        }
        index.publish(end.revision());
        List<Commit> published = List.copyOf(commits);
        next();
        writer.followed();
        return published;
    }

    /** Whether the group may be durable, but not visible: it must not be undone then. */
    boolean isBehindDisk() {
        return writer.isAhead();
    }

    /** Takes the whole group back. */
    void undo() {
        writer.rollback();
        undo.forEach(Runnable::run); // pushed last is first
        end = groupStart;
        next();
    }

    private void next() {
        groupStart = end;
        commits.clear();
        records.clear();
        undo.clear();
    }

    Head.Position end() {
        return end;
    }
}
