package io.biplane.testing;

import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;

/** Seeds of random tests, printed so that a failure can be repeated. */
public final class Seeds {
    private static final StackWalker CALLERS =
            StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private Seeds() {}

    /** The system property {@code biplane.seed}, or another one each time. */
    public static long next() {
        @Nullable Long given = Long.getLong("biplane.seed");
        long seed = given == null ? new SecureRandom().nextLong() : given;
        System.out.printf(
                "seed of %s: %d (to repeat it: -Dbiplane.seed=%d)%n",
                CALLERS.getCallerClass().getSimpleName(), seed, seed);
        return seed;
    }
}
