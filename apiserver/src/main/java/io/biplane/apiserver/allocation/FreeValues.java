package io.biplane.apiserver.allocation;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
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

    /** So many values passed over though they are free, and one of them has to do. */
    private static final int PASSED_OVER = 16;

    private final Function<Set<V>, Optional<V>> choose;
    private final Predicate<V> taken;
    private final Predicate<V> preferred;
    private final Runnable catchUp;
    private final LongSupplier nanos;
    private final Object lock = new Object();

    /** Until when, in the order of the offers; all are good for the same time. */
    @GuardedBy("lock")
    private final Map<V, Long> offers = new LinkedHashMap<>();

    /** As the other one, where any free value is as good as another. */
    FreeValues(
            Function<Set<V>, Optional<V>> choose,
            Predicate<V> taken,
            Runnable catchUp,
            LongSupplier nanos) {
        this(choose, taken, _ -> true, catchUp, nanos);
    }

    /**
     * @param choose a random value that the index holds free and that is none of the given ones;
     *     empty when it knows of none
     * @param taken whether the store has a claim on a value
     * @param preferred whether a free value is to be found before others; {@code choose} offers
     *     those first as far as the index knows
     * @param catchUp brings the index up to date
     * @param nanos the clock, in nanoseconds
     */
    FreeValues(
            Function<Set<V>, Optional<V>> choose,
            Predicate<V> taken,
            Predicate<V> preferred,
            Runnable catchUp,
            LongSupplier nanos) {
        this.choose = choose;
        this.taken = taken;
        this.preferred = preferred;
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
        List<V> lesser = new ArrayList<>();
        Optional<V> offered = Optional.empty();
        for (int i = 0, passed = 0; i < TRIES && passed < PASSED_OVER; i++) {
            Optional<V> candidate = choose.apply(tried);
            if (candidate.isEmpty()) {
                break;
            }
            V value = candidate.get();
            tried.add(value);
            if (taken.test(value)) {
                continue;
            }
            if (!preferred.test(value)) {
                lesser.add(value);
            } else if (offer(value)) {
                return candidate;
            } else {
                offered = candidate;
            }
            passed++;
        }
        if (offered.isEmpty()) {
            offered = lesser.stream().findFirst();
        }
        Optional<V> spare = lesser.stream().filter(this::offer).findFirst();
        return spare.isPresent() ? spare : offered;
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
