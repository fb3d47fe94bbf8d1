package io.biplane.apiserver.allocation;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;

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

    private final Function<Set<V>, Optional<V>> choose;
    private final Function<V, String> key;
    private final ClaimLedger ledger;
    private final Runnable reload;
    private final LongSupplier nanos;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<V, Long> offers = new HashMap<>();

    /**
     * @param choose a random value that the index holds free and that is none of the given ones;
     *     empty when it knows of none
     * @param key of the claim on a value
     * @param reload brings the index up to date
     * @param nanos the clock, in nanoseconds
     */
    FreeValues(
            Function<Set<V>, Optional<V>> choose,
            Function<V, String> key,
            ClaimLedger ledger,
            Runnable reload,
            LongSupplier nanos) {
        this.choose = choose;
        this.key = key;
        this.ledger = ledger;
        this.reload = reload;
        this.nanos = nanos;
    }

    /** A free value that is none of {@code except}; empty when the store has none. */
    Optional<V> find(Set<V> except) {
        Set<V> taken = new HashSet<>(except);
        Optional<V> found = search(taken);
        if (found.isEmpty()) {
            reload.run();
            found = search(taken);
        }
        return found;
    }

    private Optional<V> search(Set<V> taken) {
        Set<V> except = new HashSet<>(taken);
        Optional<V> offered = Optional.empty();
        for (int i = 0; i < TRIES; i++) {
            Optional<V> candidate = choose.apply(except);
            if (candidate.isEmpty()) {
                break;
            }
            V value = candidate.get();
            except.add(value);
            if (ledger.isTaken(key.apply(value))) {
                taken.add(value);
            } else if (offer(value)) {
                return candidate;
            } else {
                offered = candidate;
            }
        }
        return offered;
    }

    private boolean offer(V value) {
        long now = nanos.getAsLong();
        synchronized (lock) {
            offers.values().removeIf(until -> until - now < 0);
            return offers.putIfAbsent(value, now + OFFER.toNanos()) == null;
        }
    }
}
