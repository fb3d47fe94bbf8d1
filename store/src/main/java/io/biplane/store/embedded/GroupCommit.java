package io.biplane.store.embedded;

import io.biplane.store.StoreClosedException;
import io.biplane.store.StoreException;
import io.biplane.store.WriteRefusedException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The committing thread. Callers queue work and wait; it takes what waits, and what comes while it
 * does their work, as one group, so that one fsync serves many. The longer an fsync takes, the
 * larger the next group: no timer is involved.
 *
 * <p>Whatever goes wrong before a group is durable fails that group alone. After that, what is in
 * memory can be wrong, so the thread ends, and nothing more is written until the store is opened
 * again and read from the disk.
 */
final class GroupCommit implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GroupCommit.class.getName());
    private static final int MAX_GROUP = 512;
    private static final int FLUSH_EVERY = 16;
    private static final int TOLD_HERE = 2;

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
    private boolean failing;

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

    /** How many wait to be taken into a group. */
    int waiting() {
        return queue.size();
    }

    private void run() {
        try {
            while (!closing || !queue.isEmpty()) {
                Task<?> first = queue.poll(housekeeping.pause().toNanos(), TimeUnit.NANOSECONDS);
                if (first != null) {
                    process(first);
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

    private void process(Task<?> first) throws InterruptedException {
        List<Task<?>> group = new ArrayList<>();
        List<Runnable> outcomes = new ArrayList<>();
        List<Commit> commits;
        try {
            for (Task<?> task = first; task != null; task = next(task, group.size())) {
                group.add(task);
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
            boolean undone = undo(e);
            group.forEach(task ->
                    task.fail(
                            new IllegalStateException(
                                    "the store failed to apply a transaction", e)));
            if (!undone) {
                throw e;
            }
            failed("a group of writes failed, and was taken back", e);
            return;
        }
        tell(outcomes);
        watches.publish(commits);
        failing = false;
        if (!commits.isEmpty()) {
            accepted();
        }
    }

    /**
     * Takes back what something unforeseen has cut short, so that the next group finds all as it
     * was.
     *
     * @return false if that cannot be: the disk may hold what memory does not, or the virtual
     *     machine failed, which it does between any two steps
     */
    private boolean undo(Throwable cause) {
        if (ledger.isBehindDisk()) {
            return false;
        }
        try {
            ledger.undo();
            return !(cause instanceof VirtualMachineError);
        } catch (RuntimeException | Error e) {
            cause.addSuppressed(e);
            return false;
        }
    }

    private void failed(String what, Throwable cause) {
        System.Logger.Level level = failing ? System.Logger.Level.DEBUG : System.Logger.Level.ERROR;
        LOG.log(level, what, cause);
        failing = true;
    }

    /**
     * What joins the group behind a task: whatever waits by now, so that those who come while
     * others' work is done share the fsync.
     */
    private @Nullable Task<?> next(Task<?> task, int size) {
        if (task.alone() || size == MAX_GROUP) {
            return null;
        }
        if (queue.isEmpty() || size % FLUSH_EVERY == 0) {
            ledger.flush(); // work to be done anyway, while others come
        }
        Task<?> next = queue.peek();
        if (next == null || next.alone()) {
            return null;
        }
        return queue.poll();
    }

    /**
     * Waking a caller costs this thread some microseconds: many are woken by one that is woken for
     * it.
     */
    private static void tell(List<Runnable> outcomes) {
        if (outcomes.size() <= TOLD_HERE) {
            outcomes.forEach(Runnable::run);
            return;
        }
        Runnable all = () -> outcomes.forEach(Runnable::run);
        try {
            Thread _ = Thread.startVirtualThread(all);
        } catch (RuntimeException | OutOfMemoryError e) {
            all.run(); // the group is durable: whoever waits for it must hear so
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
        } catch (RuntimeException | Error e) {
            if (!undo(e)) {
                throw e;
            }
            housekeeping.refused();
            failed("the store was not tidied up, and will be later", e);
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
