package io.biplane.loop;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/** Time that passes only when a test says so, or somebody sleeps. */
final class FakeTicker implements Ticker {
    private static final long PATIENCE_MILLIS = 20_000;

    /** As {@link System#nanoTime}, it may be about to overflow. */
    @GuardedBy("this")
    private long now = Long.MAX_VALUE - 5;

    @GuardedBy("this")
    private long waits;

    @GuardedBy("this")
    private long lastNanos;

    @Override
    public synchronized long nanos() {
        return now;
    }

    /** Returns early again and again, so that the caller looks at the time. */
    @Override
    @SuppressWarnings("WaitNotInLoop") // the loop is the caller's
    public void await(Condition condition, long nanos) throws InterruptedException {
        synchronized (this) {
            waits++;
            lastNanos = nanos;
            notifyAll();
        }
        boolean _ = condition.await(1, TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void sleep(long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        now += nanos;
    }

    synchronized void advance(Duration time) {
        now += time.toNanos();
    }

    /** For how long the loop waits, once it does nothing else; {@link #FOR_EVER} in nanoseconds. */
    synchronized Duration idle() throws InterruptedException {
        long enough = waits + 2; // the wait after the next one was decided on after this call
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (waits < enough) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("the loop does not wait");
            }
            wait(left);
        }
        return Duration.ofNanos(lastNanos);
    }
}
