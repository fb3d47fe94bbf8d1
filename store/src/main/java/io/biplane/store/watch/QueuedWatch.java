package io.biplane.store.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.store.SlowWatcherException;
import io.biplane.store.StoreException;
import io.biplane.store.Watch;
import io.biplane.store.WatchBatch;
import io.biplane.store.WatchFailedException;
import io.biplane.store.WatchListener;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * One listener's queue. The store offers from its publishing thread; a virtual thread that lives
 * only while there is something to deliver takes.
 */
public final class QueuedWatch implements Watch {
    private static final System.Logger LOG = System.getLogger(QueuedWatch.class.getName());

    /** Batches are made on the delivering thread, when their turn comes. */
    private sealed interface Item {
        record Batches(long firstRevision, List<Supplier<WatchBatch>> batches) implements Item {}

        record Progress(long revision) implements Item {}

        record Cancelled(StoreException reason) implements Item {}
    }

    private final String from;
    private final String toExclusive;
    private final long afterRevision;
    private final int capacity;
    private final WatchListener listener;
    private final LongSupplier published;
    private final Consumer<QueuedWatch> onEnd;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final ArrayDeque<Item> queue = new ArrayDeque<>();

    @GuardedBy("lock")
    private @Nullable Item delivering;

    /** The last batch's revision. */
    @GuardedBy("lock")
    private long offered;

    @GuardedBy("lock")
    private boolean running;

    @GuardedBy("lock")
    private boolean ended;

    /**
     * @param afterRevision batches up to this one are not wanted; it may lie in the future
     * @param capacity batches that may wait
     * @param published for progress: all batches up to this revision were offered
     * @param onEnd told once, when the watch is over: by whichever side
     */
    public QueuedWatch(
            String from,
            String toExclusive,
            long afterRevision,
            int capacity,
            WatchListener listener,
            LongSupplier published,
            Consumer<QueuedWatch> onEnd) {
        this.from = from;
        this.toExclusive = toExclusive;
        this.afterRevision = afterRevision;
        this.capacity = capacity;
        this.listener = listener;
        this.published = published;
        this.onEnd = onEnd;
    }

    public boolean covers(String key) {
        return key.compareTo(from) >= 0 && key.compareTo(toExclusive) < 0;
    }

    /**
     * Queues the history that the watch missed, before anything is offered; it counts as one
     * towards the capacity.
     */
    public void replay(List<Supplier<WatchBatch>> missed) {
        if (!missed.isEmpty()) {
            add(new Item.Batches(afterRevision + 1, List.copyOf(missed)), false);
        }
    }

    /**
     * Queues a batch; a full queue ends the watch instead. Revisions that the watch did not ask for
     * are passed over.
     */
    public void offer(long revision, Supplier<WatchBatch> batch) {
        if (revision > afterRevision) {
            add(new Item.Batches(revision, List.of(batch)), true);
        }
    }

    /**
     * Queues a progress notice if nothing else waits; else the batches that wait are progress
     * enough.
     */
    public void offerProgress(long revision) {
        synchronized (lock) {
            if (!running) {
                add(new Item.Progress(revision), false);
            }
        }
    }

    @Override
    public void requestProgress() {
        long all = published.getAsLong(); // not within: it may wait for a lock of whoever offers
        synchronized (lock) {
            // What this watch has heard may be newer than what all have.
            add(new Item.Progress(Math.max(offered, all)), false);
        }
    }

    /**
     * The revision of the oldest batch that the listener has not done with; {@link Long#MAX_VALUE}
     * if there is none.
     */
    public long oldestPending() {
        synchronized (lock) {
            if (delivering instanceof Item.Batches batches) {
                return batches.firstRevision();
            }
            for (Item item : queue) {
                if (item instanceof Item.Batches batches) {
                    return batches.firstRevision();
                }
            }
            return Long.MAX_VALUE;
        }
    }

    /** Ends the watch because its listener is too far behind. */
    public void cancelSlow() {
        synchronized (lock) {
            if (ended) {
                return;
            }
            cancel(new SlowWatcherException(from, toExclusive, queue.size()));
        }
        onEnd.accept(this);
    }

    /** Ends the watch because it may have missed something. */
    public void cancelFailed(Throwable cause) {
        synchronized (lock) {
            if (ended) {
                return;
            }
            cancel(
                    cause instanceof StoreException reason
                            ? reason
                            : new WatchFailedException(from, toExclusive, cause));
        }
        onEnd.accept(this);
    }

    @GuardedBy("lock")
    private void cancel(StoreException reason) {
        ended = true;
        queue.clear();
        queue.add(new Item.Cancelled(reason));
        run();
    }

    @Override
    public void close() {
        synchronized (lock) {
            if (ended) {
                return;
            }
            ended = true;
            queue.clear();
        }
        onEnd.accept(this);
    }

    private void add(Item item, boolean bounded) {
        synchronized (lock) {
            if (ended) {
                return;
            }
            if (!bounded || queue.size() < capacity) {
                queue.add(item);
                if (item instanceof Item.Batches batches) {
                    offered = batches.firstRevision();
                }
                run();
                return;
            }
        }
        cancelSlow();
    }

    @GuardedBy("lock")
    private void run() {
        if (!running) {
            running = true;
            Thread.ofVirtual().name("store-watch").start(this::deliver);
        }
    }

    private void deliver() {
        for (Item item = next(); item != null; item = next()) {
            try {
                switch (item) {
                    case Item.Batches(long _, List<Supplier<WatchBatch>> batches) ->
                            batches.forEach(this::deliver);
                    case Item.Progress(long revision) -> listener.progress(revision);
                    case Item.Cancelled(StoreException reason) -> listener.cancelled(reason);
                }
            } catch (RuntimeException | Error e) {
                // A listener that throws has lost a batch: going on would hide a gap from it, and
                // an end without a word would leave it waiting.
                LOG.log(
                        System.Logger.Level.ERROR,
                        () -> "watch listener failed from=%s to=%s".formatted(from, toExclusive),
                        e);
                cancelFailed(e);
            }
        }
    }

    private void deliver(Supplier<WatchBatch> batch) {
        synchronized (lock) {
            if (ended) {
                return;
            }
        }
        listener.changed(batch.get());
    }

    private @Nullable Item next() {
        synchronized (lock) {
            delivering = queue.poll();
            running = delivering != null;
            return delivering;
        }
    }
}
