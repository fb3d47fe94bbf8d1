package io.biplane.store.embedded;

import io.biplane.store.StoreClosedException;
import io.biplane.store.StoreException;
import io.biplane.store.WriteRefusedException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The committing thread. Callers queue work and wait; it takes all that waits as one group, so that
 * one fsync serves many. The longer an fsync takes, the larger the next group: no timer is
 * involved.
 */
final class GroupCommit implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GroupCommit.class.getName());
    private static final int MAX_GROUP = 512;

    /** Work and where its outcome goes, once it is durable. */
    private record Task<T>(Function<Ledger, T> work, boolean alone, CompletableFuture<T> result) {
        /** Does the work, and returns what is to be done when the group is durable. */
        Runnable apply(Ledger ledger) {
            try {
                T outcome = work.apply(ledger);
                return () -> result.complete(outcome);
            } catch (WriteRefusedException e) {
                throw e; // the whole group's trouble
            } catch (StoreException e) {
                return () -> result.completeExceptionally(e);
            }
        }

        void fail(RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    private final Ledger ledger;
    private final WatchHub watches;
    private final Housekeeping housekeeping;
    private final LinkedBlockingQueue<Task<?>> queue;
    private final int capacity;
    private final Thread thread;
    private volatile boolean closing;
    private volatile boolean ended;
    private boolean refusing;

    GroupCommit(
            Ledger ledger, WatchHub watches, Housekeeping housekeeping, EmbeddedOptions options) {
        this.ledger = ledger;
        this.watches = watches;
        this.housekeeping = housekeeping;
        this.capacity = options.writeQueue();
        this.queue = new LinkedBlockingQueue<>(capacity);
        this.thread = Thread.ofPlatform().daemon().name("store-writer").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Has the work done in a group, and returns its outcome when the group is durable. */
    <T> T submit(Function<Ledger, T> work) {
        return submit(new Task<>(work, false, new CompletableFuture<>()));
    }

    /** Has the work done between groups. */
    <T> T submitAlone(Function<Ledger, T> work) {
        return submit(new Task<>(work, true, new CompletableFuture<>()));
    }

    private <T> T submit(Task<T> task) {
        if (closing) {
            throw new StoreClosedException();
        }
        if (!queue.offer(task)) {
            throw new WriteRefusedException(
                    WriteRefusedException.Reason.OVERLOADED,
                    "write refused: %d others wait for the disk; try again later"
                            .formatted(capacity),
                    null);
        }
        if (ended) {
            failWaiting(); // it came after the last look at the queue
        }
        try {
            return task.result().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void run() {
        try {
            while (!closing || !queue.isEmpty()) {
                List<Task<?>> group = nextGroup();
                if (!group.isEmpty()) {
                    process(group);
                }
                tidy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    () -> "store gave up: nothing more is written until it is opened again",
                    e);
            throw e;
        } finally {
            closing = true;
            ended = true;
            failWaiting();
        }
    }

    private List<Task<?>> nextGroup() throws InterruptedException {
        Task<?> first = queue.poll(housekeeping.pause().toNanos(), TimeUnit.NANOSECONDS);
        if (first == null) {
            return List.of();
        }
        List<Task<?>> group = new ArrayList<>();
        for (Task<?> task = first; task != null; task = queue.poll()) {
            group.add(task);
            Task<?> next = queue.peek();
            if (task.alone() || next == null || next.alone() || group.size() == MAX_GROUP) {
                break;
            }
        }
        return group;
    }

    private void process(List<Task<?>> group) throws InterruptedException {
        List<Runnable> outcomes = new ArrayList<>(group.size());
        List<Commit> commits;
        try {
            for (Task<?> task : group) {
                outcomes.add(task.apply(ledger));
            }
            commits = ledger.dirty() ? ledger.publish() : List.of();
        } catch (WriteRefusedException e) {
            ledger.undo();
            refused(e);
            group.forEach(task ->
                    task.fail(
                            new WriteRefusedException(
                                    e.reason(), String.valueOf(e.getMessage()), e)));
            return;
        } catch (RuntimeException | Error e) {
            ledger.undo();
            group.forEach(task ->
                    task.fail(
                            new IllegalStateException(
                                    "the store failed to apply a transaction", e)));
            throw e;
        }
        outcomes.forEach(Runnable::run);
        watches.publish(commits);
        if (!commits.isEmpty()) {
            accepted();
        }
    }

    /** What is done between groups; when the disk refuses it, it is tried again later. */
    private void tidy() throws InterruptedException {
        try {
            watches.publish(housekeeping.run(ledger, queue.isEmpty()));
        } catch (WriteRefusedException e) {
            ledger.undo();
            housekeeping.refused();
            refused(e);
        }
    }

    private void refused(WriteRefusedException e) {
        if (!refusing) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    () -> "store refuses writes reason=%s".formatted(e.reason()),
                    e);
        }
        refusing = true;
    }

    private void accepted() {
        if (refusing) {
            LOG.log(
                    System.Logger.Level.INFO,
                    () ->
                            "store accepts writes again revision=%d"
                                    .formatted(ledger.end().revision()));
        }
        refusing = false;
    }

    private void failWaiting() {
        for (Task<?> task = queue.poll(); task != null; task = queue.poll()) {
            task.fail(new StoreClosedException());
        }
    }

    /** Lets what waits be written, then ends the thread. */
    @Override
    public void close() {
        closing = true;
        queue.offer(
                new Task<>(
                        _ -> true,
                        true,
                        new CompletableFuture<>())); // wakes the thread; if it is full it is awake
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // the files must not be closed under the thread
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
