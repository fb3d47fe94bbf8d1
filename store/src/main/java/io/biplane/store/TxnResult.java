package io.biplane.store;

import java.util.List;

/** How a transaction ended. */
public sealed interface TxnResult {
    /** Applied. The revision is the new one of all keys put, or the store's if nothing changed. */
    record Committed(long revision) implements TxnResult {}

    /** Not applied: these conditions did not hold, at the same moment. */
    record Unmet(List<Condition> conditions) implements TxnResult {
        public Unmet {
            conditions = List.copyOf(conditions);
            if (conditions.isEmpty()) {
                throw new IllegalArgumentException("no unmet condition");
            }
        }
    }
}
