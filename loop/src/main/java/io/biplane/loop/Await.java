package io.biplane.loop;

import com.google.errorprone.annotations.CheckReturnValue;

import java.time.Duration;
import java.util.Optional;

/**
 * Waits by asking again and again, for what tells nobody when it comes: a file, a process, an
 * answer. Where something tells of it, wait for that instead.
 */
@CheckReturnValue
public final class Await {
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final Duration limit;
    private final Duration pause;
    private final Ticker ticker;

    private Await(Duration limit, Duration pause, Ticker ticker) {
        this.limit = limit;
        this.pause = pause;
        this.ticker = ticker;
    }

    /**
     * What is asked.
     *
     * @param <T> the answer
     * @param <X> what asking may throw, which ends the wait
     */
    @FunctionalInterface
    public interface Question<T, X extends Exception> {
        /** Looks once. */
        T ask() throws X;
    }

    /** Asks every 10 ms, once at least, and as long as {@code limit}. */
    public static Await within(Duration limit) {
        return new Await(limit, PAUSE, Ticker.SYSTEM);
    }

    /** Pauses as long between two questions. */
    public Await every(Duration interval) {
        return new Await(limit, interval, ticker);
    }

    Await ticker(Ticker time) {
        return new Await(limit, pause, time);
    }

    /**
     * Waits for an answer.
     *
     * @return it; empty if there was none in time
     */
    public <T, X extends Exception> Optional<T> answer(Question<Optional<T>, X> question)
            throws X, InterruptedException {
        long deadline = ticker.nanos() + limit.toNanos();
        while (true) {
            Optional<T> answer = question.ask();
            if (answer.isPresent() || ticker.nanos() - deadline >= 0) {
                return answer;
            }
            ticker.sleep(pause.toNanos());
        }
    }

    /**
     * Waits until nothing is amiss.
     *
     * @param question what is amiss, in words for who has waited too long; "" when nothing is
     * @return what was amiss when time was over; empty if nothing was
     */
    public <X extends Exception> Optional<String> until(Question<String, X> question)
            throws X, InterruptedException {
        String[] amiss = {""};
        Optional<Boolean> whole =
                answer(() -> {
                    amiss[0] = question.ask();
                    return amiss[0].isEmpty() ? Optional.of(true) : Optional.empty();
                });
        return whole.isPresent() ? Optional.empty() : Optional.of(amiss[0]);
    }
}
