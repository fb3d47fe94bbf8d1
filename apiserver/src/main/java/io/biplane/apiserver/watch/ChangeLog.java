package io.biplane.apiserver.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.api.Resource;
import io.biplane.apiserver.storage.ObjectKeys;
import io.biplane.store.Change;
import io.biplane.store.Store;
import io.biplane.store.StoreException;
import io.biplane.store.Watch;
import io.biplane.store.WatchBatch;
import io.biplane.store.WatchListener;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The latest changes of one kind, in order, from one watch of the store. Readers keep their own
 * places in it. A shared log forgets its oldest changes when it holds too much, whoever still
 * wanted them. One that a single reader catches up with takes no more of them instead, for that
 * reader wants the oldest first, however late it comes to read them.
 */
final class ChangeLog implements WatchListener, AutoCloseable {
    private static final int MAX_CHANGES = 4 * 1024;
    // Selectors parse objects, and trees weigh several times their bytes. Who falls behind more
    // gets a log of his own for a while.
    private static final long MAX_BYTES = 4L * 1024 * 1024;

    /** Changes handed to one reader at once. */
    private static final int MAX_BATCH = 512;

    private final Resource resource;
    private final boolean forgets;
    private final Watch watch;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grown = lock.newCondition();

    @GuardedBy("lock")
    private ChangeRing changes = new ChangeRing();

    @GuardedBy("lock")
    private long bytes;

    /** Everything after this revision is here. */
    @GuardedBy("lock")
    private long floor;

    /** Everything up to this revision is here. */
    @GuardedBy("lock")
    private long reached;

    /** There was no room for a change: those that are here are the last. */
    @GuardedBy("lock")
    private boolean full;

    @GuardedBy("lock")
    private boolean ended;

    /** A log for many readers. */
    static ChangeLog shared(Store store, Resource resource, long afterRevision) {
        return new ChangeLog(store, resource, true, afterRevision);
    }

    /** A log for one reader, who has seen all up to the revision. */
    static ChangeLog catchingUp(Store store, Resource resource, long afterRevision) {
        return new ChangeLog(store, resource, false, afterRevision);
    }

    /**
     * @throws io.biplane.store.CompactedException if the store does not know what came after the
     *     revision
     */
    private ChangeLog(Store store, Resource resource, boolean forgets, long afterRevision) {
        this.resource = resource;
        this.forgets = forgets;
        this.floor = afterRevision;
        this.reached = afterRevision;
        String prefix = ObjectKeys.prefix(resource);
        this.watch = store.watch(prefix, Store.prefixEnd(prefix), afterRevision, this);
    }

    /** What a reader gets: changes after its place, maybe none, and its new place. */
    record Read(List<LoggedChange> changes, long reached) {}

    /** Whether the log can serve a reader that has seen everything up to the revision. */
    boolean covers(long revision) {
        lock.lock();
        try {
            return !ended && revision >= floor;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until there is something after the revision, or the time is up.
     *
     * @return null if the log has not got what came next
     */
    @Nullable Read read(long after, long timeoutNanos, Stop stop) throws InterruptedException {
        long left = timeoutNanos;
        lock.lockInterruptibly();
        try {
            while (!stop.requested()) {
                if (after < floor || ended) {
                    return null;
                }
                List<LoggedChange> found = changes.after(after, MAX_BATCH);
                if (full && found.isEmpty()) {
                    return null;
                }
                if (!found.isEmpty() || left <= 0) {
                    return new Read(
                            found,
                            found.isEmpty()
                                    ? Math.max(after, reached)
                                    : found.getLast().revision());
                }
                left = grown.awaitNanos(left);
            }
            return new Read(List.of(), after);
        } finally {
            lock.unlock();
        }
    }

    /** Lets a reader look up that was asked to stop. */
    void wake() {
        lock.lock();
        try {
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void requestProgress() {
        watch.requestProgress();
    }

    @Override
    public void changed(WatchBatch batch) {
        List<LoggedChange> fresh = new ArrayList<>(batch.changes().size());
        for (Change change : batch.changes()) {
            fresh.add(new LoggedChange(resource, batch.revision(), change));
        }
        lock.lock();
        try {
            full |= !forgets && (changes.size() >= MAX_CHANGES || bytes >= MAX_BYTES);
            if (full) {
                grown.signalAll();
                return;
            }
            for (LoggedChange change : fresh) {
                changes.add(change);
                bytes += change.bytes();
            }
            while (forgets && isTooLarge()) {
                LoggedChange oldest = changes.removeFirst();
                bytes -= oldest.bytes();
                floor = oldest.revision();
            }
            reached = batch.revision();
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private boolean isTooLarge() {
        return changes.size() > MAX_CHANGES || (bytes > MAX_BYTES && changes.size() > 1);
    }

    @Override
    public void progress(long revision) {
        lock.lock();
        try {
            reached = Math.max(reached, revision);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void cancelled(StoreException reason) {
        lock.lock();
        try {
            ended = true;
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        watch.close();
        lock.lock();
        try {
            ended = true;
            changes = new ChangeRing();
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A flag that its owner raises once. */
    static final class Stop {
        private volatile boolean requested;

        boolean requested() {
            return requested;
        }

        void request() {
            requested = true;
        }
    }
}
