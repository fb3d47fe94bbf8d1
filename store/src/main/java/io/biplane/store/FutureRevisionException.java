package io.biplane.store;

import java.io.Serial;

/** The revision asked for was not reached yet. */
public final class FutureRevisionException extends StoreException {
    @Serial private static final long serialVersionUID = 1;
    private final long currentRevision;

    public FutureRevisionException(long requested, long currentRevision) {
        super(
                "revision %d is in the future: the store is at %d"
                        .formatted(requested, currentRevision));
        this.currentRevision = currentRevision;
    }

    public long currentRevision() {
        return currentRevision;
    }
}
