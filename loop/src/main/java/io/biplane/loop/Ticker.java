package io.biplane.loop;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/** Time, as loops know it and wait for it to pass; tests have one of their own. */
interface Ticker {
    /** A wait without an end. */
    long FOR_EVER = Long.MAX_VALUE;

    Ticker SYSTEM =
            new Ticker() {
                @Override
                public long nanos() {
                    return System.nanoTime();
                }

                @Override
                @SuppressWarnings("WaitNotInLoop") // the loop is the caller's
                public void await(Condition condition, long nanos) throws InterruptedException {
                    if (nanos == FOR_EVER) {
                        condition.await();
                    } else {
                        var _ = condition.awaitNanos(nanos);
                    }
                }

                @Override
                public void sleep(long nanos) throws InterruptedException {
                    TimeUnit.NANOSECONDS.sleep(nanos);
                }
            };

    /** As {@link System#nanoTime}: only differences mean anything. */
    long nanos();

    /** Waits for a signal, as long as {@code nanos} at most; it may return early. */
    void await(Condition condition, long nanos) throws InterruptedException;

    void sleep(long nanos) throws InterruptedException;
}
