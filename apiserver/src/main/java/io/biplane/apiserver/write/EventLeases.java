package io.biplane.apiserver.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.api.Kinds;
import io.biplane.api.Resource;
import io.biplane.store.Lease;
import io.biplane.store.Store;

import java.time.Duration;

/** Events go after an hour. Those of one minute share a lease, so that leases stay few. */
final class EventLeases {
    private static final Duration TTL = Duration.ofHours(1);
    private static final Duration SHARED_FOR = Duration.ofMinutes(1);

    private final Store store;

    @GuardedBy("this")
    private long current = Lease.NONE;

    @GuardedBy("this")
    private long since;

    EventLeases(Store store) {
        this.store = store;
    }

    /** The lease for an object of the kind that is written now. */
    long leaseFor(Resource resource) {
        return resource.plural().equals(Kinds.EVENTS.plural()) ? eventLease() : Lease.NONE;
    }

    private synchronized long eventLease() {
        long now = System.nanoTime();
        if (current == Lease.NONE || now - since > SHARED_FOR.toNanos()) {
            current = store.grantLease(TTL.plus(SHARED_FOR)).id();
            since = now;
        }
        return current;
    }
}
