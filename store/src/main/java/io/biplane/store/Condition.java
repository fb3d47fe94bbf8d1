package io.biplane.store;

/** What must hold of one key for a transaction to be applied. */
public sealed interface Condition {
    String key();

    /** The key exists and was last changed at this revision. */
    record ModRevisionIs(String key, long revision) implements Condition {
        public ModRevisionIs {
            Store.checkKey(key);
            if (revision <= 0) {
                throw new IllegalArgumentException(
                        "revision %d of key %s is not positive".formatted(revision, key));
            }
        }
    }

    /** The key does not exist. */
    record Absent(String key) implements Condition {
        public Absent {
            Store.checkKey(key);
        }
    }
}
