package io.biplane.store;

import java.time.Duration;

/** Keys may be put under a lease and vanish when nobody keeps it alive. */
public record Lease(long id, Duration ttl) {
    /** No lease. */
    public static final long NONE = 0;

    public Lease {
        if (id <= NONE) {
            throw new IllegalArgumentException("lease id %d is not positive".formatted(id));
        }
        if (ttl.toMillis() < 1 || ttl.compareTo(Duration.ofDays(365)) > 0) {
            throw new IllegalArgumentException(
                    "lease of %s is not within 1 ms .. 365 days".formatted(ttl));
        }
    }
}
