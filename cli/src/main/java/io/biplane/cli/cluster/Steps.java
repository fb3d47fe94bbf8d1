package io.biplane.cli.cluster;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Tells a person what is being done: one line a step, with the time that it took. */
final class Steps {
    private final PrintStream out;
    private final long started = System.nanoTime();

    Steps(PrintStream out) {
        this.out = out;
    }

    /** Does {@code step} and prints {@code what}, or passes its failure on. */
    <T> T step(String what, Callable<T> step) {
        long before = System.nanoTime();
        try {
            T result = step.call();
            done(what, Duration.ofNanos(System.nanoTime() - before));
            return result;
        } catch (RuntimeException e) {
            out.println("  ✗ " + what);
            throw e;
        } catch (Exception e) {
            out.println("  ✗ " + what);
            throw new IllegalStateException(what + ": " + e.getMessage(), e);
        }
    }

    /** As {@link #step(String, Callable)} for what returns nothing. */
    void run(String what, Action action) {
        step(
                what,
                () -> {
                    action.run();
                    return true;
                });
    }

    /** A step that may fail. */
    interface Action {
        void run() throws Exception;
    }

    void done(String what, Duration took) {
        out.printf(Locale.ROOT, "  ✓ %-64s %5.2f s%n", what, took.toNanos() / 1e9);
    }

    /** The time since the first step began. */
    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - started);
    }
}
