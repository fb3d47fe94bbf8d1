package io.biplane.linux.events;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When to look after a change was heard of: soon after a single one, and seldom enough under many
 * that looking does not become the work. Thread-safe.
 *
 * @param <K> what is looked at
 */
public final class Pace<K> {
    private final Duration soon;
    private final Duration apart;
    private final Map<K, Long> looked = new ConcurrentHashMap<>();

    /**
     * @param soon how long to wait for what belongs to a first change
     * @param apart between two looks at the same thing
     */
    public Pace(Duration soon, Duration apart) {
        this.soon = soon;
        this.apart = apart;
    }

    /** How long to wait now. */
    public Duration delay(K what) {
        Long last = looked.get(what);
        if (last == null) {
            return soon;
        }
        Duration left = apart.minusNanos(System.nanoTime() - last);
        return left.compareTo(soon) > 0 ? left : soon;
    }

    /** It has just been looked at. */
    public void looked(K what) {
        looked.put(what, System.nanoTime());
    }
}
