package io.biplane.loop;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to pause after failures in a row: each pause is twice the one before, up to a longest.
 *
 * @param jittered whether each pause is a random one of at least half its length, so that many who
 *     failed at once do not all try again at once
 */
public record BackOff(Duration first, Duration longest, boolean jittered) {
    private static final int MOST_DOUBLINGS = 30;

    /**
     * Checks the pauses.
     *
     * @throws IllegalArgumentException if the first pause is not positive, or longer than the
     *     longest
     */
    public BackOff {
        if (!first.isPositive() || first.compareTo(longest) > 0) {
            throw new IllegalArgumentException("back-off of %s to %s".formatted(first, longest));
        }
    }

    /** Pauses that double, from {@code first} to {@code longest}. */
    public static BackOff doubling(Duration first, Duration longest) {
        return new BackOff(first, longest, false);
    }

    /** The same pause after every failure. */
    public static BackOff always(Duration pause) {
        return new BackOff(pause, pause, false);
    }

    /** These pauses, each of a random length between half of it and all of it. */
    public BackOff withJitter() {
        return new BackOff(first, longest, true);
    }

    /**
     * The pause before the next attempt.
     *
     * @param failures in a row, from 1
     */
    public Duration pause(int failures) {
        Duration doubled = first.multipliedBy(1L << Math.clamp(failures - 1, 0, MOST_DOUBLINGS));
        Duration pause = doubled.compareTo(longest) < 0 ? doubled : longest;
        if (!jittered) {
            return pause;
        }
        long half = pause.toNanos() / 2;
        return pause.minusNanos(ThreadLocalRandom.current().nextLong(half + 1));
    }
}
