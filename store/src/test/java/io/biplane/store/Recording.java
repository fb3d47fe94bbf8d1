package io.biplane.store;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** A listener that writes down what it hears, and lets tests wait for it. */
public final class Recording implements WatchListener {
    private static final long DEADLINE_SECONDS = 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition heard = lock.newCondition();

    private final List<WatchBatch> batches = new CopyOnWriteArrayList<>();

    private final List<Long> progress = new CopyOnWriteArrayList<>();

    private final List<StoreException> cancelled = new CopyOnWriteArrayList<>();

    @Override
    public void changed(WatchBatch batch) {
        note(batches, batch);
    }

    @Override
    public void progress(long revision) {
        note(progress, revision);
    }

    @Override
    public void cancelled(StoreException reason) {
        note(cancelled, reason);
    }

    private <T> void note(List<T> list, T item) {
        lock.lock();
        try {
            list.add(item);
            heard.signalAll();
        } finally {
            lock.unlock();
        }
    }

    public List<WatchBatch> batches() {
        return List.copyOf(batches);
    }

    public List<Long> progress() {
        return List.copyOf(progress);
    }

    public List<StoreException> cancelled() {
        return List.copyOf(cancelled);
    }

    /** Waits for this many batches, and returns them. */
    public List<WatchBatch> awaitBatches(int n) {
        await(() -> batches().size() >= n);
        return batches();
    }

    /** Waits for a batch of this revision or a later one. */
    public List<WatchBatch> awaitRevision(long revision) {
        await(() -> !batches().isEmpty() && batches().getLast().revision() >= revision);
        return batches();
    }

    public long awaitProgress() {
        await(() -> !progress().isEmpty());
        return progress().getLast();
    }

    public StoreException awaitCancelled() {
        await(() -> !cancelled().isEmpty());
        return cancelled().getFirst();
    }

    private void await(BooleanSupplier condition) {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    throw new AssertionError(
                            "not heard in time; batches=%s progress=%s cancelled=%s"
                                    .formatted(batches, progress, cancelled));
                }
                left = heard.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } finally {
            lock.unlock();
        }
    }
}
