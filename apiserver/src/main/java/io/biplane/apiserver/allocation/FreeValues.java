package io.biplane.apiserver.allocation;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Finds a value that nobody has claimed: one that the index holds free, that the store confirms,
 * and that was not offered to another request a moment ago. The latter is a courtesy that keeps
 * concurrent requests from losing turns to each other; when nothing else is left, an offered value
 * is offered again, since its first taker may fail.
 *
 * @param <V> addresses or ports
 */
final class FreeValues<V> {
    private static final Duration OFFER = Duration.ofSeconds(1);
    private static final int TRIES = 256;

    /** So many offered values in a row, and the next one is offered again. */
    private static final int OFFERED_TRIES = 16;

    private final Function<Set<V>, Optional<V>> choose;
    private final Predicate<V> taken;
    private final Runnable catchUp;
    private final LongSupplier nanos;
    private final Object lock = new Object();

    /** Until when, in the order of the offers; all are good for the same time. */
    @GuardedBy("lock")
    private final Map<V, Long> offers = new LinkedHashMap<>();

    /**
     * @param choose a random value that the index holds free and that is none of the given ones;
     *     empty when it knows of none
     * @param taken whether the store has a claim on a value
     * @param catchUp brings the index up to date
     * @param nanos the clock, in nanoseconds
     */
    FreeValues(
            Function<Set<V>, Optional<V>> choose,
            Predicate<V> taken,
            Runnable catchUp,
            LongSupplier nanos) {
        this.choose = choose;
        this.taken = taken;
        this.catchUp = catchUp;
        this.nanos = nanos;
    }

    /** A free value that is none of {@code except}; empty when the store has none. */
    Optional<V> find(Set<V> except) {
        Optional<V> found = search(except);
        if (found.isEmpty()) {
            catchUp.run();
            found = search(except);
        }
        return found;
    }

    private Optional<V> search(Set<V> except) {
        Set<V> tried = new HashSet<>(except);
        Optional<V> offered = Optional.empty();
        int offers = 0;
        for (int i = 0; i < TRIES && offers < OFFERED_TRIES; i++) {
            Optional<V> candidate = choose.apply(tried);
            if (candidate.isEmpty()) {
                break;
            }
            V value = candidate.get();
            tried.add(value);
            if (taken.test(value)) {
                continue;
            }
            if (offer(value)) {
                return candidate;
            }
            offered = candidate;
            offers++;
        }
        return offered;
    }

    private boolean offer(V value) {
        synchronized (lock) {
            long now = nanos.getAsLong();
            // The oldest offers come first: what is looked at goes, but for one.
            Iterator<Long> oldest = offers.values().iterator();
            while (oldest.hasNext() && oldest.next() - now < 0) {
                oldest.remove();
            }
            return offers.putIfAbsent(value, now + OFFER.toNanos()) == null;
        }
    }
}
