package io.biplane.loop;

import com.google.errorprone.annotations.CheckReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A long-lived loop on a thread of its own: wait for something to do, do it in one turn, and again.
 *
 * <ul>
 *   <li>{@link #wake} asks for a turn. The first who asks has it at once; who asks within {@code
 *       coalesce} after a turn shares the next one with the others who do.
 *   <li>Without anybody asking there is a turn at least {@code every} so often.
 *   <li>A turn that throws, whatever it is, is told of and tried again after a pause, which grows
 *       as long as it fails. Only a lack of memory ends the thread, so that it can end the process.
 *   <li>{@link #close} interrupts a turn under way and waits for its end.
 * </ul>
 *
 * <p>A turn has no arguments: it looks at what there is to do. All turns are on the loop's thread,
 * one at a time; all other methods are for any thread, and return at once but {@link #close}.
 */
public final class Loop implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Loop.class.getName());

    /** What a loop does once. */
    @FunctionalInterface
    public interface Turn {
        /** Does what there is to do; whatever it throws, it is called again. */
        void run() throws Exception;
    }

    /** Hears of turns that failed. */
    @FunctionalInterface
    public interface FailureListener {
        /**
         * A turn has failed, and will be tried again; called on the loop's thread, and not for what
         * {@link Loop#close} interrupted.
         *
         * @param first whether the turn before did not fail: the one failure to be logged
         */
        void failed(Throwable cause, boolean first);
    }

    private final String name;
    private final Thread.Builder threads;
    private final Ticker ticker;
    private final Turn turn;
    private final FailureListener listener;
    private final Runnable unblock;
    private final long originNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Schedule schedule;

    @GuardedBy("lock")
    private @Nullable Thread thread;

    private volatile boolean closed;

    private Loop(Builder builder, Turn turn) {
        this.name = builder.name;
        this.threads = builder.threads;
        this.ticker = builder.ticker;
        this.turn = turn;
        this.listener = builder.listener != null ? builder.listener : this::log;
        this.unblock = builder.unblock;
        this.schedule = new Schedule(builder.every, builder.coalesce, builder.backOff);
        this.originNanos = ticker.nanos();
    }

    /**
     * A loop on a platform thread of that name, a daemon: for turns that block in the kernel, and
     * would hold a virtual thread's carrier.
     */
    public static Builder platform(String name) {
        return new Builder(name, Thread.ofPlatform().daemon().name(name));
    }

    /** A loop on a virtual thread of that name. */
    public static Builder virtual(String name) {
        return new Builder(name, Thread.ofVirtual().name(name));
    }

    /** Starts the thread; the first turn is at once. To be called once. */
    public void start() {
        startAfter(Duration.ZERO);
    }

    /** Starts the thread; without anybody asking, the first turn is after that time. */
    public void startAfter(Duration delay) {
        lock.lock();
        try {
            if (thread != null) {
                throw new IllegalStateException("loop %s was started before".formatted(name));
            }
            boolean _ = schedule.wakeAfter(now(), delay);
            if (!closed) {
                thread = threads.start(this::run);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Asks for a turn: at once, or soon after the last one, together with others who ask. */
    public void wake() {
        lock.lock();
        try {
            if (schedule.wake()) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Asks for a turn after that time at the latest; others who ask do not hold it back. */
    public void wakeAfter(Duration delay) {
        lock.lock();
        try {
            if (schedule.wakeAfter(now(), delay)) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The turn under way has done what matters: if it fails later on, that is a first failure. For
     * turns that last, such as one that keeps a connection; each other one that succeeds does the
     * same by its end.
     */
    public void recovered() {
        lock.lock();
        try {
            schedule.recovered();
        } finally {
            lock.unlock();
        }
    }

    /** Whether it was closed: a turn that lasts must end soon. */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Ends the loop: there is no further turn, one under way is interrupted. Returns when it has
     * ended, however long that takes, so that what it uses may be closed then; but at once if a
     * turn calls it.
     */
    @Override
    public void close() {
        Thread running;
        lock.lock();
        try {
            closed = true;
            changed.signal();
            running = thread;
        } finally {
            lock.unlock();
        }
        if (running == null || running == Thread.currentThread()) {
            return;
        }
        try {
            unblock.run();
        } finally {
            running.interrupt();
            join(running);
        }
    }

    private static void join(Thread running) {
        boolean interrupted = false;
        while (true) {
            try {
                running.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (awaitTurn()) {
            turn();
        }
    }

    /** Waits until a turn is due; false when closed. */
    private boolean awaitTurn() {
        lock.lock();
        try {
            while (!closed) {
                boolean _ = Thread.interrupted(); // whoever's it was: only close ends the loop
                long left = schedule.leftNanos(now());
                if (left == 0) {
                    schedule.begin();
                    return true;
                }
                pause(left);
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void pause(long nanos) {
        try {
            ticker.await(changed, nanos);
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, () -> "interrupted while it waited loop=" + name);
        }
    }

    private void turn() {
        try {
            turn.run();
            lock.lock();
            try {
                schedule.succeeded(now());
            } finally {
                lock.unlock();
            }
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            failed(e);
        }
    }

    private void failed(Throwable cause) {
        boolean first;
        lock.lock();
        try {
            first = schedule.failed(now()) == 1;
        } finally {
            lock.unlock();
        }
        if (closed) {
            return;
        }
        try {
            listener.failed(cause, first);
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, () -> "failure not told loop=%s: %s".formatted(name, cause), e);
        }
    }

    private void log(Throwable cause, boolean first) {
        Level level = first ? Level.ERROR : Level.DEBUG;
        LOG.log(level, () -> "turn failed, trying again loop=" + name, cause);
    }

    private long now() {
        return ticker.nanos() - originNanos;
    }

    /** How a loop is to go; see {@link Loop}. */
    @CheckReturnValue
    public static final class Builder {
        private static final Duration FOR_EVER = Duration.ofNanos(Ticker.FOR_EVER);

        private final String name;
        private final Thread.Builder threads;
        private Duration every = FOR_EVER;
        private Duration coalesce = Duration.ZERO;
        private BackOff backOff = BackOff.doubling(Duration.ofSeconds(1), Duration.ofSeconds(30));
        private Ticker ticker = Ticker.SYSTEM;
        private @Nullable FailureListener listener;
        private Runnable unblock = () -> {};

        private Builder(String name, Thread.Builder threads) {
            this.name = name;
            this.threads = threads;
        }

        /**
         * The longest time between two turns; unless it is given, only who asks has one.
         *
         * @param interval zero: a turn follows the other at once, for turns that wait by themselves
         */
        public Builder every(Duration interval) {
            this.every = interval;
            return this;
        }

        /** How long after a turn those who {@link Loop#wake} wait for others to join them. */
        public Builder coalesce(Duration pause) {
            this.coalesce = pause;
            return this;
        }

        /** The pauses after failures; nobody who asks for a turn shortens them. */
        public Builder retry(BackOff pauses) {
            this.backOff = pauses;
            return this;
        }

        /** Tells of failures, instead of an error line for the first of several in a row. */
        public Builder onFailure(FailureListener failureListener) {
            this.listener = failureListener;
            return this;
        }

        /**
         * Ends a wait in a turn that an interrupt does not end; called by {@link Loop#close}, on
         * its thread, when {@link Loop#isClosed} holds.
         */
        public Builder unblock(Runnable action) {
            this.unblock = action;
            return this;
        }

        Builder ticker(Ticker time) {
            this.ticker = time;
            return this;
        }

        /** The loop, which is yet to be started. */
        public Loop run(Turn turn) {
            return new Loop(this, turn);
        }
    }
}
