package io.biplane.store.memory;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.loop.Loop;
import io.biplane.store.Change;
import io.biplane.store.CompactedException;
import io.biplane.store.Condition;
import io.biplane.store.FutureRevisionException;
import io.biplane.store.KeyValue;
import io.biplane.store.Lease;
import io.biplane.store.NoSuchLeaseException;
import io.biplane.store.Op;
import io.biplane.store.Range;
import io.biplane.store.Store;
import io.biplane.store.StoreClosedException;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;
import io.biplane.store.Watch;
import io.biplane.store.WatchBatch;
import io.biplane.store.WatchListener;
import io.biplane.store.watch.QueuedWatch;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Every revision's whole state is found by replaying the batches: slow, and hard to get wrong. */
public final class MemoryStore implements Store {
    private static final int WATCH_CAPACITY = 4096;
    private static final Duration EXPIRY_CHECK = Duration.ofMillis(20);

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final TreeMap<String, KeyValue> now = new TreeMap<>();

    /** The state as of {@link #compacted}, from which {@link #history} leads to {@link #now}. */
    @GuardedBy("lock")
    private final TreeMap<String, KeyValue> base = new TreeMap<>();

    @GuardedBy("lock")
    private final TreeMap<Long, WatchBatch> history = new TreeMap<>();

    @GuardedBy("lock")
    private final Map<String, Long> leaseOfKey = new TreeMap<>();

    @GuardedBy("lock")
    private final TreeMap<Long, Lease> leases = new TreeMap<>();

    @GuardedBy("lock")
    private final Map<Long, Long> deadlineNanos = new TreeMap<>();

    @GuardedBy("lock")
    private final Set<QueuedWatch> watches = new HashSet<>();

    @GuardedBy("lock")
    private long revision = 1;

    @GuardedBy("lock")
    private long compacted;

    @GuardedBy("lock")
    private long nextLease = 1;

    @GuardedBy("lock")
    private boolean closed;

    @GuardedBy("lock")
    private @Nullable Loop expiry;

    @Override
    public long revision() {
        synchronized (lock) {
            checkOpen();
            return revision;
        }
    }

    @Override
    public long compactedRevision() {
        synchronized (lock) {
            checkOpen();
            return compacted;
        }
    }

    @Override
    public Optional<KeyValue> get(String key) {
        synchronized (lock) {
            checkOpen();
            return Optional.ofNullable(now.get(Store.checkKey(key)));
        }
    }

    @Override
    public Range range(String from, String toExclusive, long atRevision, int limit) {
        synchronized (lock) {
            checkOpen();
            long at = atRevision == 0 ? revision : atRevision;
            if (at > revision) {
                throw new FutureRevisionException(at, revision);
            }
            if (at < compacted) {
                throw new CompactedException(at, compacted);
            }
            if (from.compareTo(toExclusive) >= 0) {
                return new Range(List.of(), false, 0, at);
            }
            List<KeyValue> all = List.copyOf(asOf(at).subMap(from, toExclusive).values());
            int taken = limit <= 0 ? all.size() : Math.min(limit, all.size());
            return new Range(all.subList(0, taken), taken < all.size(), all.size() - taken, at);
        }
    }

    @GuardedBy("lock")
    private NavigableMap<String, KeyValue> asOf(long at) {
        if (at == revision) {
            return now;
        }
        var state = new TreeMap<>(base);
        history.headMap(at, true).values().forEach(batch -> apply(batch, state));
        return state;
    }

    private static void apply(WatchBatch batch, Map<String, KeyValue> state) {
        for (Change change : batch.changes()) {
            if (change.now() == null) {
                state.remove(change.key());
            } else {
                state.put(change.key(), change.now());
            }
        }
    }

    @Override
    public TxnResult commit(Txn txn) {
        synchronized (lock) {
            checkOpen();
            List<Condition> unmet = new ArrayList<>();
            for (Condition condition : txn.conditions()) {
                if (!holds(condition)) {
                    unmet.add(condition);
                }
            }
            return unmet.isEmpty()
                    ? new TxnResult.Committed(applied(txn.ops()))
                    : new TxnResult.Unmet(unmet);
        }
    }

    @GuardedBy("lock")
    private boolean holds(Condition condition) {
        KeyValue current = now.get(condition.key());
        return switch (condition) {
            case Condition.Absent _ -> current == null;
            case Condition.ModRevisionIs(String _, long expected) ->
                    current != null && current.modRevision() == expected;
            case Condition.NoneIn(String from, String toExclusive) ->
                    now.subMap(from, toExclusive).isEmpty();
            case Condition.NoneNewerIn(String from, String toExclusive, long asOf) ->
                    now.subMap(from, toExclusive).values().stream()
                            .allMatch(entry -> entry.modRevision() <= asOf);
        };
    }

    /**
     * Applies the operations and returns the revision that they made, or the present one if they
     * changed nothing.
     */
    @GuardedBy("lock")
    private long applied(List<Op> ops) {
        for (Op op : ops) {
            if (op instanceof Op.Put put
                    && put.lease() != Lease.NONE
                    && !leases.containsKey(put.lease())) {
                throw new NoSuchLeaseException(put.lease());
            }
        }
        Map<String, Change> changes = new LinkedHashMap<>();
        for (Op op : ops) {
            KeyValue before = now.get(op.key());
            switch (op) {
                case Op.Put(String key, byte[] value, long lease) -> {
                    long created = before == null ? revision + 1 : before.createRevision();
                    changes.put(
                            key,
                            new Change(
                                    key, before, new KeyValue(key, value, created, revision + 1)));
                    leaseOfKey.remove(key);
                    if (lease != Lease.NONE) {
                        leaseOfKey.put(key, lease);
                    }
                }
                case Op.Delete(String key) -> {
                    leaseOfKey.remove(key);
                    if (before != null) {
                        changes.put(key, new Change(key, before, null));
                    }
                }
            }
        }
        if (!changes.isEmpty()) {
            revision++;
            var batch = new WatchBatch(revision, List.copyOf(changes.values()));
            apply(batch, now);
            history.put(revision, batch);
            List.copyOf(watches)
                    .forEach(watch ->
                            visible(batch, watch)
                                    .ifPresent(b -> watch.offer(b.revision(), () -> b)));
        }
        return revision;
    }

    private static Optional<WatchBatch> visible(WatchBatch batch, QueuedWatch watch) {
        List<Change> seen = batch.changes().stream().filter(c -> watch.covers(c.key())).toList();
        return seen.isEmpty()
                ? Optional.empty()
                : Optional.of(new WatchBatch(batch.revision(), seen));
    }

    @Override
    public Watch watch(
            String from, String toExclusive, long afterRevision, WatchListener listener) {
        synchronized (lock) {
            checkOpen();
            if (afterRevision < compacted) {
                throw new CompactedException(afterRevision, compacted);
            }
            var watch =
                    new QueuedWatch(
                            from,
                            toExclusive,
                            afterRevision,
                            WATCH_CAPACITY,
                            listener,
                            this::revision,
                            this::forget);
            List<Supplier<WatchBatch>> missed = new ArrayList<>();
            for (WatchBatch past : history.tailMap(afterRevision, false).values()) {
                visible(past, watch).ifPresent(b -> missed.add(() -> b));
            }
            watch.replay(missed);
            watches.add(watch);
            return watch;
        }
    }

    private void forget(QueuedWatch watch) {
        synchronized (lock) {
            watches.remove(watch);
        }
    }

    @Override
    public void compact(long upTo) {
        synchronized (lock) {
            checkOpen();
            if (upTo <= compacted) {
                throw new CompactedException(upTo, compacted);
            }
            if (upTo > revision) {
                throw new FutureRevisionException(upTo, revision);
            }
            Map<Long, WatchBatch> gone = history.headMap(upTo, true);
            gone.values().forEach(batch -> apply(batch, base));
            gone.clear();
            compacted = upTo;
        }
    }

    @Override
    public Lease grantLease(Duration ttl) {
        synchronized (lock) {
            checkOpen();
            var lease = new Lease(nextLease++, ttl);
            leases.put(lease.id(), lease);
            deadlineNanos.put(lease.id(), System.nanoTime() + ttl.toNanos());
            if (expiry == null) {
                expiry = Loop.virtual("store-leases").every(EXPIRY_CHECK).run(this::expireLeases);
                expiry.start();
            }
            return lease;
        }
    }

    @Override
    public void keepLeaseAlive(long leaseId) {
        synchronized (lock) {
            checkOpen();
            deadlineNanos.put(leaseId, System.nanoTime() + existing(leaseId).ttl().toNanos());
        }
    }

    @Override
    public void revokeLease(long leaseId) {
        synchronized (lock) {
            checkOpen();
            existing(leaseId);
            leases.remove(leaseId);
            deadlineNanos.remove(leaseId);
            List<Op> deletes = new ArrayList<>();
            leaseOfKey.forEach((key, lease) -> {
                if (lease == leaseId) {
                    deletes.add(new Op.Delete(key));
                }
            });
            applied(deletes);
        }
    }

    @GuardedBy("lock")
    private Lease existing(long leaseId) {
        Lease lease = leases.get(leaseId);
        if (lease == null) {
            throw new NoSuchLeaseException(leaseId);
        }
        return lease;
    }

    @Override
    public List<Lease> leases() {
        synchronized (lock) {
            checkOpen();
            return List.copyOf(leases.values());
        }
    }

    private void expireLeases() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            long time = System.nanoTime();
            List<Long> due =
                    deadlineNanos.entrySet().stream()
                            .filter(e -> e.getValue() - time <= 0)
                            .map(Map.Entry::getKey)
                            .toList();
            due.forEach(this::revokeLease);
        }
    }

    @Override
    public void close() {
        List<QueuedWatch> open;
        Loop running;
        synchronized (lock) {
            closed = true;
            running = expiry;
            open = List.copyOf(watches);
        }
        if (running != null) {
            running.close();
        }
        open.forEach(QueuedWatch::close);
    }

    @GuardedBy("lock")
    private void checkOpen() {
        if (closed) {
            throw new StoreClosedException();
        }
    }
}
