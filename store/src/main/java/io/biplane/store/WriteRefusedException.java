package io.biplane.store;

import org.jspecify.annotations.Nullable;

import java.io.Serial;

/**
 * The transaction cannot be made durable now: a full, failing or read-only disk, or too many
 * waiting. Reads go on.
 */
public final class WriteRefusedException extends StoreException {
    @Serial private static final long serialVersionUID = 1;

    /** Why, for callers to branch on. */
    public enum Reason {
        DISK_FULL,
        READ_ONLY,
        DISK_FAILED,
        OVERLOADED
    }

    private final Reason reason;

    public WriteRefusedException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /**
     * {@link Reason#DISK_FAILED} leaves open whether a restart will find the transaction; the
     * others say that it was not applied.
     */
    public Reason reason() {
        return reason;
    }
}
