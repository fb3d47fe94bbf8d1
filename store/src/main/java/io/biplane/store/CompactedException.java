package io.biplane.store;

import java.io.Serial;

/** The revision asked for was compacted away. */
public final class CompactedException extends StoreException {
    @Serial private static final long serialVersionUID = 1;
    private final long compactedRevision;

    public CompactedException(long requested, long compactedRevision) {
        super(
                "revision %d is gone: the store was compacted up to %d"
                        .formatted(requested, compactedRevision));
        this.compactedRevision = compactedRevision;
    }

    /** The oldest revision that can still be read. */
    public long compactedRevision() {
        return compactedRevision;
    }
}
