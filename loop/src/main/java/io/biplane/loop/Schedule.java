package io.biplane.loop;

import java.time.Duration;

/**
 * When a loop has its next turn; pure, and guarded by the loop's lock. All times are nanoseconds
 * since the loop was made.
 */
final class Schedule {
    private static final long NEVER = Long.MAX_VALUE;

    private final long everyNanos;
    private final long coalesceNanos;
    private final BackOff backOff;

    /** Somebody woke the loop since the last turn began. */
    private boolean woken;

    private long dueNanos = NEVER;

    /** Until then, those who wake the loop wait for others to join them. */
    private long coalescedUntilNanos;

    /** Until then there is no turn, whoever asks for one. */
    private long pausedUntilNanos;

    private int failures;

    /**
     * @param every the longest pause between two turns; zero: one follows the other
     * @param coalesce how long after a turn the next one is held back for those who wake the loop
     */
    Schedule(Duration every, Duration coalesce, BackOff backOff) {
        this.everyNanos = nanos(every);
        this.coalesceNanos = nanos(coalesce);
        this.backOff = backOff;
    }

    /** Returns whether nobody had asked since the last turn began. */
    boolean wake() {
        boolean first = !woken;
        woken = true;
        return first;
    }

    /** Returns whether nobody had asked for as early a turn. */
    boolean wakeAfter(long now, Duration delay) {
        long at = plus(now, nanos(delay));
        boolean earlier = at < dueNanos;
        dueNanos = Math.min(dueNanos, at);
        return earlier;
    }

    /**
     * How long until the next turn.
     *
     * @return 0: it is due; {@link Ticker#FOR_EVER}: nothing is to be done
     */
    long leftNanos(long now) {
        long asked = woken ? Math.min(dueNanos, coalescedUntilNanos) : dueNanos;
        long at = Math.max(asked, pausedUntilNanos);
        return at == NEVER ? Ticker.FOR_EVER : Math.max(0, at - now);
    }

    /** A turn begins: who asks from now on asks for the next one. */
    void begin() {
        woken = false;
        dueNanos = NEVER;
    }

    void succeeded(long now) {
        recovered();
        coalescedUntilNanos = plus(now, coalesceNanos);
        dueNanos = Math.min(dueNanos, plus(now, everyNanos));
    }

    /** Returns how often it has failed in a row. */
    int failed(long now) {
        failures++;
        pausedUntilNanos = plus(now, backOff.pause(failures).toNanos());
        dueNanos = pausedUntilNanos;
        return failures;
    }

    void recovered() {
        failures = 0;
    }

    private static long plus(long now, long nanos) {
        return nanos >= NEVER - now ? NEVER : now + nanos;
    }

    /** In nanoseconds, of which a long has room for 292 years; a negative duration is none. */
    private static long nanos(Duration duration) {
        if (duration.compareTo(Duration.ofNanos(NEVER)) >= 0) {
            return NEVER;
        }
        return Math.max(0, duration.toNanos());
    }
}
