package io.biplane.store.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.store.SlowWatcherException;
import io.biplane.store.StoreException;
import io.biplane.store.Watch;
import io.biplane.store.WatchBatch;
import io.biplane.store.WatchListener;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * One listener's queue. The store offers from its committing thread; a virtual thread that lives
 * only while there is something to deliver takes.
 */
public final class QueuedWatch implements Watch {
    private static final System.Logger LOG = System.getLogger(QueuedWatch.class.getName());

    /**
     * Where the batches come from is the store's business: made on the delivering thread, when
     * their turn comes.
     */
    private sealed interface Item {
        record Batches(List<Supplier<WatchBatch>> batches) implements Item {}

        record Progress(long revision) implements Item {}

        record Cancelled(StoreException reason) implements Item {}
    }

    private final String from;
    private final String toExclusive;
    private final long afterRevision;
    private final int capacity;
    private final WatchListener listener;
    private final LongSupplier durableRevision;
    private final Consumer<QueuedWatch> onEnd;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final ArrayDeque<Item> queue = new ArrayDeque<>();

    @GuardedBy("lock")
    private boolean delivering;

    @GuardedBy("lock")
    private boolean ended;

    /**
     * @param afterRevision batches up to this one are not wanted; it may lie in the future
     * @param capacity batches that may wait, beyond those of the replay
     * @param durableRevision read for progress, in step with {@link #offer}: all batches up to it
     *     were offered
     * @param onEnd told once, when the watch is over: by whichever side
     */
    public QueuedWatch(
            String from,
            String toExclusive,
            long afterRevision,
            int capacity,
            WatchListener listener,
            LongSupplier durableRevision,
            Consumer<QueuedWatch> onEnd) {
        this.from = from;
        this.toExclusive = toExclusive;
        this.afterRevision = afterRevision;
        this.capacity = capacity;
        this.listener = listener;
        this.durableRevision = durableRevision;
        this.onEnd = onEnd;
    }

    public String from() {
        return from;
    }

    public String toExclusive() {
        return toExclusive;
    }

    public boolean covers(String key) {
        return key.compareTo(from) >= 0 && key.compareTo(toExclusive) < 0;
    }

    /**
     * Queues the history that the watch missed, before anything is offered; it counts as one
     * towards the capacity.
     */
    public void replay(List<Supplier<WatchBatch>> missed) {
        add(new Item.Batches(missed), Integer.MAX_VALUE);
    }

    /**
     * Queues a batch; a full queue ends the watch instead. Revisions that the watch did not ask for
     * are passed over.
     */
    public void offer(long revision, Supplier<WatchBatch> batch) {
        if (revision > afterRevision) {
            add(new Item.Batches(List.of(batch)), capacity);
        }
    }

    /**
     * Queues a progress notice if nothing else waits; else the batches that wait are progress
     * enough.
     */
    public void offerProgress(long revision) {
        synchronized (lock) {
            if (queue.isEmpty() && !delivering) {
                add(new Item.Progress(revision), capacity);
            }
        }
    }

    @Override
    public void requestProgress() {
        add(new Item.Progress(durableRevision.getAsLong()), Integer.MAX_VALUE);
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

    private void add(Item item, int limit) {
        boolean overflow;
        synchronized (lock) {
            if (ended) {
                return;
            }
            overflow = queue.size() >= limit;
            if (overflow) {
                var reason = new SlowWatcherException(from, toExclusive, queue.size());
                queue.clear();
                queue.add(new Item.Cancelled(reason));
                ended = true;
            } else {
                queue.add(item);
            }
            if (!delivering) {
                delivering = true;
                Thread.ofVirtual().name("store-watch").start(this::deliver);
            }
        }
        if (overflow) {
            onEnd.accept(this);
        }
    }

    private void deliver() {
        for (Item item = next(); item != null; item = next()) {
            try {
                switch (item) {
                    case Item.Batches(List<Supplier<WatchBatch>> batches) ->
                            batches.forEach(this::deliver);
                    case Item.Progress(long revision) -> listener.progress(revision);
                    case Item.Cancelled(StoreException reason) -> listener.cancelled(reason);
                }
            } catch (RuntimeException e) {
                // A listener that throws has lost a batch: going on would hide a gap from it.
                LOG.log(
                        System.Logger.Level.ERROR,
                        () -> "watch listener failed from=%s to=%s".formatted(from, toExclusive),
                        e);
                close();
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
            Item item = queue.poll();
            delivering = item != null;
            return item;
        }
    }
}
