package io.biplane.linux.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition with a deadline, and tells what was seen when it passed. */
public final class Eventually {
    private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

    private Eventually() {}

    /**
     * @param complaint empty once the condition holds, else what is amiss
     * @throws AssertionError with the last complaint
     */
    public static void holds(Duration limit, Supplier<String> complaint) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            String amiss = complaint.get();
            if (amiss.isEmpty()) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("after %s: %s".formatted(limit, amiss));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
