package io.biplane.store;

import java.util.List;

/**
 * All changes that one revision made to a watched range, in the order of the transaction's
 * operations.
 */
public record WatchBatch(long revision, List<Change> changes) {
    public WatchBatch {
        changes = List.copyOf(changes);
    }
}
