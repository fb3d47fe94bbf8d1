package io.biplane.apiserver.allocation;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.store.Change;
import io.biplane.store.KeyValue;
import io.biplane.store.Range;
import io.biplane.store.Store;
import io.biplane.store.StoreException;
import io.biplane.store.Watch;
import io.biplane.store.WatchBatch;
import io.biplane.store.WatchListener;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Follows the claims under one prefix of keys, so that a free value is found without asking the
 * store. It runs a little behind the store and is a hint only: what decides is the claim's
 * condition in the transaction. The watch's thread calls the target.
 */
final class ClaimIndex implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ClaimIndex.class.getName());

    /** A watch that takes longer to catch up is given up, and all claims are read. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** A watch may say how far it is a little before the last commit reached it. */
    private static final Duration REQUEST = Duration.ofMillis(10);

    /** What is kept up to date. */
    interface Target {
        void taken(KeyValue claim);

        void freed(KeyValue claim);

        /** The claim was put anew: it may be on something else now. */
        void changed(KeyValue before, KeyValue now);

        /** Nothing is known any more; what is taken follows. */
        void reset();
    }

    private final Store store;
    private final String prefix;
    private final Target target;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private @Nullable Listener listener;

    @GuardedBy("lock")
    private @Nullable Watch watch;

    /** The revision up to which all changes are known. */
    @GuardedBy("lock")
    private long known;

    @GuardedBy("lock")
    private boolean closed;

    /** Reads all claims and follows them from there. */
    ClaimIndex(Store store, String prefix, Target target) {
        this.store = store;
        this.prefix = prefix;
        this.target = target;
        synchronized (lock) {
            reload();
        }
    }

    /**
     * Returns when all claims that the store holds now are known. Costs what has changed lately;
     * where nobody follows the claims any more, as much as there are claims.
     */
    void catchUp() {
        long wanted = store.revision();
        synchronized (lock) {
            if (!closed && !follow(wanted)) {
                reload();
            }
        }
    }

    /** Tells the target of all claims anew; costs as much as there are claims. */
    void readAgain() {
        synchronized (lock) {
            if (!closed) {
                reload();
            }
        }
    }

    /** Waits for the changes up to a revision; false if they do not come. */
    @GuardedBy("lock")
    private boolean follow(long wanted) {
        Listener current = listener;
        if (current == null || watch == null) {
            return false;
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (known < wanted && listener == current && !closed) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                watch.requestProgress();
                TimeUnit.NANOSECONDS.timedWait(lock, Math.min(left, REQUEST.toNanos()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
        return closed || listener == current;
    }

    @GuardedBy("lock")
    private void reload() {
        stop();
        String end = Store.prefixEnd(prefix);
        Range range = store.range(prefix, end, 0, 0);
        target.reset();
        range.entries().forEach(target::taken);
        known = range.revision();
        Listener next = new Listener();
        listener = next;
        watch = store.watch(prefix, end, range.revision(), next);
    }

    @GuardedBy("lock")
    private void stop() {
        listener = null;
        if (watch != null) {
            watch.close();
            watch = null;
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            stop();
            lock.notifyAll();
        }
    }

    /** Takes the changes of one watch; one that was replaced is not listened to any more. */
    private final class Listener implements WatchListener {
        @Override
        public void changed(WatchBatch batch) {
            synchronized (lock) {
                if (listener != this) {
                    return;
                }
                // What one claim lets go another one may take in the same transaction.
                batch.changes().stream().filter(change -> change.now() == null).forEach(this::tell);
                batch.changes().stream().filter(change -> change.now() != null).forEach(this::tell);
                learned(batch.revision());
            }
        }

        private void tell(Change change) {
            KeyValue before = change.before();
            KeyValue now = change.now();
            if (now == null && before != null) {
                target.freed(before);
            } else if (now != null && before == null) {
                target.taken(now);
            } else if (now != null && before != null) {
                target.changed(before, now);
            }
        }

        @Override
        public void progress(long revision) {
            synchronized (lock) {
                if (listener == this) {
                    learned(revision);
                }
            }
        }

        @GuardedBy("ClaimIndex.this.lock")
        private void learned(long revision) {
            known = Math.max(known, revision);
            lock.notifyAll();
        }

        @Override
        public void cancelled(StoreException reason) {
            LOG.log(
                    Level.INFO,
                    () ->
                            "watch of claims ended prefix=%s reason=%s"
                                    .formatted(prefix, reason.getMessage()));
            synchronized (lock) {
                // Whoever finds nothing free reads all claims anew, and follows them again.
                if (listener == this) {
                    listener = null;
                    lock.notifyAll();
                }
            }
        }
    }
}
