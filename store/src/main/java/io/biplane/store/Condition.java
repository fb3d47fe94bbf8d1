package io.biplane.store;

/** What must hold of a key, or of all keys of a range, for a transaction to be applied. */
public sealed interface Condition {
    /** The key; the first one of a range. */
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

    /**
     * No key of {@code [key, toExclusive)} exists. In etcd: version = 0 of the whole range.
     *
     * @param toExclusive see {@link Store#prefixEnd}
     */
    record NoneIn(String key, String toExclusive) implements Condition {
        public NoneIn {
            checkRange(key, toExclusive);
        }
    }

    /**
     * No key of {@code [key, toExclusive)} was put after this revision, so that whoever has read
     * the range as of it knows of every key that is there now; some may be gone. In etcd: mod
     * revision &lt; revision + 1 of the whole range.
     *
     * @param toExclusive see {@link Store#prefixEnd}
     */
    record NoneNewerIn(String key, String toExclusive, long revision) implements Condition {
        public NoneNewerIn {
            checkRange(key, toExclusive);
            if (revision <= 0) {
                throw new IllegalArgumentException(
                        "revision %d of the range from %s is not positive"
                                .formatted(revision, key));
            }
        }
    }

    private static void checkRange(String key, String toExclusive) {
        Store.checkKey(key);
        if (key.compareTo(toExclusive) >= 0) {
            throw new IllegalArgumentException(
                    "the range from %s to %s is empty".formatted(key, toExclusive));
        }
    }
}
