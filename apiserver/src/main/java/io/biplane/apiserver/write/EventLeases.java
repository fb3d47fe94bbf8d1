package io.biplane.apiserver.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.api.registry.Kind;
import io.biplane.store.Lease;
import io.biplane.store.Store;

import java.time.Duration;

/**
 * Events go after a time. Those written soon after each other share a lease, so that leases stay
 * few.
 */
final class EventLeases {
    private static final Duration LONGEST_SHARED = Duration.ofMinutes(1);

    private final Store store;
    private final Duration ttl;
    private final Duration sharedFor;

    @GuardedBy("this")
    private long current = Lease.NONE;

    @GuardedBy("this")
    private long since;

    EventLeases(Store store, Duration ttl) {
        this.store = store;
        this.ttl = ttl;
        Duration tenth = ttl.dividedBy(10);
        this.sharedFor = tenth.compareTo(LONGEST_SHARED) < 0 ? tenth : LONGEST_SHARED;
    }

    /** The lease for an object of the kind that is written now. */
    long leaseFor(Kind kind) {
        return kind.expires() ? eventLease() : Lease.NONE;
    }

    private synchronized long eventLease() {
        long now = System.nanoTime();
        if (current == Lease.NONE || now - since > sharedFor.toNanos()) {
            current = store.grantLease(ttl.plus(sharedFor)).id();
            since = now;
        }
        return current;
    }
}
