package io.biplane.store;

import java.io.Serial;

/** The lease never was, has expired, or was revoked. */
public final class NoSuchLeaseException extends StoreException {
    @Serial private static final long serialVersionUID = 1;

    public NoSuchLeaseException(long leaseId) {
        super("lease %d does not exist: it expired or was revoked".formatted(leaseId));
    }
}
