package io.biplane.apiserver.allocation;

import io.biplane.store.Change;
import io.biplane.store.CompactedException;
import io.biplane.store.KeyValue;
import io.biplane.store.Lease;
import io.biplane.store.Op;
import io.biplane.store.Range;
import io.biplane.store.Store;
import io.biplane.store.StoreException;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;
import io.biplane.store.Watch;
import io.biplane.store.WatchBatch;
import io.biplane.store.WatchListener;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A store whose operations fail at random, before they are done or after, so that the caller cannot
 * know. Watches deliver only when they are told to, on the caller's thread, and are cancelled now
 * and then: one seed gives one history.
 */
final class FaultyStore implements Store {
    /** What a caller gets instead of an answer. */
    static final class InjectedException extends StoreException {
        private static final long serialVersionUID = 1;

        InjectedException(String message) {
            super(message);
        }
    }

    /** Told of every commit that was applied, before its caller is. */
    interface Observer {
        void applied(Txn txn, long revision);
    }

    private final Store store;
    private final SplittableRandom random;
    private final Observer observer;
    private final Runnable beforeCommit;
    private final List<Subscription> subscriptions = new ArrayList<>();
    private int oneIn;
    private long faults;

    /**
     * @param beforeCommit called between the caller's last read and its commit
     */
    FaultyStore(Store store, SplittableRandom random, Observer observer, Runnable beforeCommit) {
        this.store = store;
        this.random = random;
        this.observer = observer;
        this.beforeCommit = beforeCommit;
    }

    /** Lets one of so many operations fail before, and one after it is done; 0 for none. */
    void failOneIn(int operations) {
        oneIn = operations;
    }

    long faults() {
        return faults;
    }

    private void fault(String when, String what) {
        if (oneIn != 0 && random.nextInt(oneIn) == 0) {
            faults++;
            throw new InjectedException(when + " " + what);
        }
    }

    @Override
    public Optional<KeyValue> get(String key) {
        fault("before", "get");
        Optional<KeyValue> found = store.get(key);
        fault("after", "get");
        return found;
    }

    @Override
    public Range range(String from, String toExclusive, long revision, int limit) {
        fault("before", "range");
        Range range = store.range(from, toExclusive, revision, limit);
        fault("after", "range");
        return range;
    }

    @Override
    public TxnResult commit(Txn txn) {
        beforeCommit.run();
        fault("before", "commit");
        Map<String, KeyValue> before = new LinkedHashMap<>();
        for (Op op : txn.ops()) {
            if (isWatched(op.key())) {
                store.get(op.key()).ifPresent(entry -> before.put(op.key(), entry));
            }
        }
        TxnResult result = store.commit(txn);
        if (result instanceof TxnResult.Committed(long revision)) {
            List<Change> changes = new ArrayList<>();
            for (Op op : txn.ops()) {
                if (!isWatched(op.key())) {
                    continue;
                }
                KeyValue was = before.get(op.key());
                KeyValue now = store.get(op.key()).orElse(null);
                if (was != null || now != null) {
                    changes.add(new Change(op.key(), was, now));
                }
            }
            subscriptions.forEach(s -> s.offer(new WatchBatch(revision, changes)));
            observer.applied(txn, revision);
        }
        fault("after", "commit");
        return result;
    }

    private boolean isWatched(String key) {
        return subscriptions.stream().anyMatch(s -> s.covers(key));
    }

    @Override
    public Watch watch(
            String from, String toExclusive, long afterRevision, WatchListener listener) {
        fault("before", "watch");
        if (afterRevision < store.revision()) {
            // Nobody else writes: no change can lie between a caller's range and its watch.
            throw new CompactedException(afterRevision, store.revision());
        }
        Subscription subscription = new Subscription(from, toExclusive, listener);
        subscriptions.add(subscription);
        return subscription;
    }

    /** Lets each watch deliver some of what waits, or end. */
    void deliverSome() {
        for (Subscription subscription : List.copyOf(subscriptions)) {
            if (random.nextInt(20_000) == 0) {
                subscription.close();
                subscription.listener.cancelled(new InjectedException("watch"));
            } else if (random.nextInt(3) == 0) {
                subscription.deliver(1 + random.nextInt(8));
            }
        }
    }

    private final class Subscription implements Watch {
        private final String from;
        private final String toExclusive;
        private final WatchListener listener;
        private final ArrayDeque<WatchBatch> waiting = new ArrayDeque<>();

        Subscription(String from, String toExclusive, WatchListener listener) {
            this.from = from;
            this.toExclusive = toExclusive;
            this.listener = listener;
        }

        boolean covers(String key) {
            return key.compareTo(from) >= 0 && key.compareTo(toExclusive) < 0;
        }

        void offer(WatchBatch batch) {
            List<Change> seen = batch.changes().stream().filter(c -> covers(c.key())).toList();
            if (!seen.isEmpty()) {
                waiting.add(new WatchBatch(batch.revision(), seen));
            }
        }

        void deliver(int most) {
            for (int i = 0; i < most; i++) {
                @Nullable WatchBatch batch = waiting.poll();
                if (batch == null) {
                    return;
                }
                listener.changed(batch);
            }
        }

        @Override
        public void requestProgress() {
            deliver(Integer.MAX_VALUE);
            listener.progress(store.revision());
        }

        @Override
        public void close() {
            subscriptions.remove(this);
        }
    }

    @Override
    public long revision() {
        fault("before", "revision");
        return store.revision();
    }

    @Override
    public long compactedRevision() {
        return store.compactedRevision();
    }

    @Override
    public void compact(long revision) {
        store.compact(revision);
    }

    @Override
    public Lease grantLease(Duration ttl) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void keepLeaseAlive(long leaseId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void revokeLease(long leaseId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Lease> leases() {
        return List.of();
    }

    @Override
    public void close() {
        store.close();
    }
}
