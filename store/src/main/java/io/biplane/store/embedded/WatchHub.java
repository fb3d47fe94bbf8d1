package io.biplane.store.embedded;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.store.Change;
import io.biplane.store.CompactedException;
import io.biplane.store.KeyValue;
import io.biplane.store.Watch;
import io.biplane.store.WatchBatch;
import io.biplane.store.WatchListener;
import io.biplane.store.watch.QueuedWatch;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Passes durable commits to the watches, in order, on a thread of its own, so that many watches do
 * not slow the writers down. If it falls {@link #QUEUED_GROUPS} groups behind, the committing
 * thread waits for it.
 */
final class WatchHub implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(WatchHub.class.getName());
    private static final int QUEUED_GROUPS = 1024;

    /** Watches of the same span are shown the same batch, made once. */
    private record Span(String from, String toExclusive) {
        boolean covers(String key) {
            return key.compareTo(from) >= 0 && key.compareTo(toExclusive) < 0;
        }
    }

    private final Index index;
    private final ValueCache cache;
    private final EmbeddedOptions options;
    private final BlockingQueue<List<Commit>> queue = new ArrayBlockingQueue<>(QUEUED_GROUPS);
    private final ReentrantLock lock = new ReentrantLock();
    private final Thread publisher;

    @GuardedBy("lock")
    private final Map<Span, Set<QueuedWatch>> watches = new LinkedHashMap<>();

    /** All watches were offered everything up to here. */
    private volatile long published;

    WatchHub(Index index, ValueCache cache, EmbeddedOptions options) {
        this.index = index;
        this.cache = cache;
        this.options = options;
        this.published = index.visible();
        this.publisher = Thread.ofPlatform().daemon().name("store-publisher").unstarted(this::run);
    }

    void start() {
        publisher.start();
    }

    /** Queues what became durable. */
    void publish(List<Commit> commits) throws InterruptedException {
        if (!commits.isEmpty()) {
            queue.put(commits);
        }
    }

    private void run() {
        try {
            while (true) {
                List<Commit> commits =
                        queue.poll(options.progressInterval().toNanos(), TimeUnit.NANOSECONDS);
                if (commits == null) {
                    tellProgress();
                } else {
                    pass(commits);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /**
     * Offers the commits. Whatever goes wrong, this thread must not end, for the committing one
     * would wait for it for ever; but some watch may have missed something, so all are cancelled
     * and begin anew.
     */
    private void pass(List<Commit> commits) {
        try {
            offer(commits);
        } catch (RuntimeException | Error e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "commits not passed to the watches, cancelling all of them",
                    e);
            cancelAll(commits.getLast().revision(), e);
        }
    }

    /** A watch that is registered afterwards gets what it missed up to there from the history. */
    private void cancelAll(long upTo, Throwable cause) {
        lock.lock();
        try {
            published = upTo;
            all().forEach(watch -> watch.cancelFailed(cause));
        } finally {
            lock.unlock();
        }
    }

    private void offer(List<Commit> commits) {
        lock.lock();
        try {
            for (Commit commit : commits) {
                // copies: a watch whose queue is full leaves its set on the way
                for (Map.Entry<Span, Set<QueuedWatch>> entry : List.copyOf(watches.entrySet())) {
                    Optional<Batch> batch = batch(entry.getKey(), commit);
                    if (batch.isPresent()) {
                        for (QueuedWatch watch : List.copyOf(entry.getValue())) {
                            watch.offer(commit.revision(), batch.get());
                        }
                    }
                }
            }
            published = commits.getLast().revision();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is lost with a notice: there will be another one. */
    private void tellProgress() {
        try {
            all().forEach(watch -> watch.offerProgress(published));
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "progress not told to the watches", e);
        }
    }

    private List<QueuedWatch> all() {
        lock.lock();
        try {
            return watches.values().stream().flatMap(Set::stream).toList();
        } finally {
            lock.unlock();
        }
    }

    Watch watch(String from, String toExclusive, long afterRevision, WatchListener listener) {
        var span = new Span(from, toExclusive);
        var watch =
                new QueuedWatch(
                        from,
                        toExclusive,
                        afterRevision,
                        options.watchQueue(),
                        listener,
                        () -> published,
                        ended -> forget(span, ended));
        lock.lock();
        try {
            if (afterRevision < index.compacted()) {
                throw new CompactedException(afterRevision, index.compacted());
            }
            List<Supplier<WatchBatch>> missed = new ArrayList<>();
            for (Commit commit : index.history(afterRevision, published).values()) {
                batch(span, commit).ifPresent(missed::add);
            }
            watch.replay(missed);
            watches.computeIfAbsent(span, _ -> new LinkedHashSet<>()).add(watch);
            return watch;
        } finally {
            lock.unlock();
        }
    }

    private void forget(Span span, QueuedWatch watch) {
        lock.lock();
        try {
            Set<QueuedWatch> same = watches.get(span);
            if (same != null && same.remove(watch) && same.isEmpty()) {
                watches.remove(span);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Runs something between registrations: a watch sees it done, or not begun. */
    void withoutRegistrations(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /** Of everything that some watch has yet to be shown, the lowest revision. */
    long oldestPending() {
        lock.lock();
        try {
            long oldest = watches.isEmpty() ? Long.MAX_VALUE : published + 1;
            for (Set<QueuedWatch> same : watches.values()) {
                for (QueuedWatch watch : same) {
                    oldest = Math.min(oldest, watch.oldestPending());
                }
            }
            return oldest;
        } finally {
            lock.unlock();
        }
    }

    /** Cancels the watches that hold back most. */
    void cancelSlowest() {
        long oldest = oldestPending();
        all().stream()
                .filter(watch -> watch.oldestPending() <= oldest)
                .forEach(QueuedWatch::cancelSlow);
    }

    private Optional<Batch> batch(Span span, Commit commit) {
        List<Commit.Event> seen = new ArrayList<>();
        for (Commit.Event event : commit.events()) {
            if (span.covers(event.now().key)) {
                seen.add(event);
            }
        }
        return seen.isEmpty() ? Optional.empty() : Optional.of(new Batch(commit.revision(), seen));
    }

    /** A batch that is made when the first watch comes to it, and shared by all. */
    private final class Batch implements Supplier<WatchBatch> {
        private final long revision;
        private final List<Commit.Event> events;
        private @Nullable WatchBatch made;

        Batch(long revision, List<Commit.Event> events) {
            this.revision = revision;
            this.events = events;
        }

        @Override
        public synchronized WatchBatch get() {
            if (made == null) {
                made = new WatchBatch(revision, events.stream().map(this::change).toList());
            }
            return made;
        }

        private Change change(Commit.Event event) {
            return new Change(
                    event.now().key,
                    event.before() == null ? null : load(event.before()),
                    event.now().deleted ? null : load(event.now()));
        }

        private KeyValue load(Version version) {
            // Only a watch that was cancelled for holding compaction back can come too late.
            return cache.load(version)
                    .orElseThrow(() -> new CompactedException(revision, index.compacted()));
        }
    }

    @Override
    public void close() {
        publisher.interrupt();
        all().forEach(QueuedWatch::close);
    }
}
