package io.biplane.client.queue;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.loop.BackOff;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A queue of keys with its workers, which are virtual threads. A key that is added while it waits
 * is there once; one that is added while it is worked on comes up again afterwards. So the queue is
 * never longer than the number of objects.
 */
public final class WorkQueue<K> implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(WorkQueue.class.getName());
    private static final BackOff BACK_OFF =
            BackOff.doubling(Duration.ofMillis(5), Duration.ofSeconds(30));

    /** Conflicts with other writers are normal; a key that fails this often is worth a log line. */
    private static final int FAILURES_WORTH_A_LINE = 5;

    private record Delayed<K>(K key, long atNanos) {}

    private final String name;
    private final int workers;
    private final Duration batch;
    private final Reconciler<K> reconciler;
    private final List<Thread> threads = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Queue<K> ready = new ArrayDeque<>();

    /** Keys in {@code ready}, and keys that were added while a worker has them. */
    @GuardedBy("lock")
    private final Set<K> dirty = new HashSet<>();

    @GuardedBy("lock")
    private final Set<K> inWork = new HashSet<>();

    @GuardedBy("lock")
    private final PriorityQueue<Delayed<K>> delayed =
            new PriorityQueue<>((a, b) -> Long.signum(a.atNanos() - b.atNanos()));

    /** When each delayed key is due; entries of {@code delayed} with another time are stale. */
    @GuardedBy("lock")
    private final Map<K, Long> due = new HashMap<>();

    @GuardedBy("lock")
    private final Map<K, Integer> failures = new HashMap<>();

    @GuardedBy("lock")
    private boolean closed;

    /** A queue that hands out keys at once. */
    public WorkQueue(String name, int workers, Reconciler<K> reconciler) {
        this(name, workers, Duration.ZERO, reconciler);
    }

    /**
     * A queue.
     *
     * @param name of the worker threads and in log lines
     * @param batch how long an added key waits, so that changes that come in a burst are one
     */
    public WorkQueue(String name, int workers, Duration batch, Reconciler<K> reconciler) {
        if (workers < 1) {
            throw new IllegalArgumentException("a queue needs a worker");
        }
        this.name = name;
        this.workers = workers;
        this.batch = batch;
        this.reconciler = reconciler;
    }

    /** Starts the workers. */
    public void start() {
        for (int i = 0; i < workers; i++) {
            threads.add(Thread.ofVirtual().name(name + "-" + i).start(this::work));
        }
    }

    /** Adds a key. */
    public void add(K key) {
        if (!batch.isZero()) {
            addAfter(key, batch);
            return;
        }
        lock.lock();
        try {
            makeReady(key);
        } finally {
            lock.unlock();
        }
    }

    /** Adds a key after a time; one that is due earlier already, or ready, stays so. */
    public void addAfter(K key, Duration delay) {
        long at = System.nanoTime() + delay.toNanos();
        lock.lock();
        try {
            boolean waits = dirty.contains(key) && !inWork.contains(key);
            Long already = due.get(key);
            if (!closed && !waits && (already == null || at - already < 0)) {
                due.put(key, at);
                delayed.add(new Delayed<>(key, at));
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many keys wait or are worked on; those after a failure or a delay count, too. */
    public int size() {
        lock.lock();
        try {
            Set<K> all = new HashSet<>(dirty);
            all.addAll(inWork);
            all.addAll(due.keySet());
            return all.size();
        } finally {
            lock.unlock();
        }
    }

    /** Hands out no more keys, interrupts the workers and waits for them. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void work() {
        try {
            for (K key = take(); key != null; key = take()) {
                work(key);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work(K key) throws InterruptedException {
        @Nullable Throwable failure = null;
        try {
            reconciler.reconcile(key);
        } catch (InterruptedException | OutOfMemoryError e) {
            throw e;
        } catch (Exception | Error e) {
            failure = e; // a bug that one key shows must not take the others' worker
        } finally {
            done(key, failure);
        }
    }

    private @Nullable K take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                long waitNanos = promote();
                K key = ready.poll();
                if (key != null) {
                    dirty.remove(key);
                    inWork.add(key);
                    return key;
                }
                if (waitNanos < 0) {
                    changed.await();
                } else {
                    var _ = changed.awaitNanos(waitNanos);
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Makes due keys ready; returns the nanoseconds until the next one, -1 if there is none. */
    @GuardedBy("lock")
    private long promote() {
        long now = System.nanoTime();
        for (Delayed<K> head = delayed.peek(); head != null; head = delayed.peek()) {
            Long at = due.get(head.key());
            if (at == null || at != head.atNanos()) {
                delayed.remove();
            } else if (at - now > 0) {
                return at - now;
            } else {
                delayed.remove();
                due.remove(head.key());
                makeReady(head.key());
            }
        }
        return -1;
    }

    @GuardedBy("lock")
    private void makeReady(K key) {
        if (closed || !dirty.add(key) || inWork.contains(key)) {
            return;
        }
        ready.add(key);
        changed.signal();
    }

    private void done(K key, @Nullable Throwable failure) {
        int failed = 0;
        lock.lock();
        try {
            inWork.remove(key);
            if (dirty.contains(key) && !closed) {
                ready.add(key);
                changed.signal();
            }
            if (failure == null) {
                failures.remove(key);
            } else {
                failed = failures.merge(key, 1, Integer::sum);
            }
        } finally {
            lock.unlock();
        }
        if (failure != null) {
            report(key, failed, failure);
            addAfter(key, BACK_OFF.pause(failed));
        }
    }

    private void report(K key, int failed, Throwable failure) {
        Level level = failed == FAILURES_WORTH_A_LINE ? Level.WARNING : Level.DEBUG;
        LOG.log(
                level,
                () ->
                        "failed queue=%s key=%s attempts=%d: %s"
                                .formatted(name, key, failed, failure));
    }
}
