package io.biplane.store;

import java.util.Arrays;

/** One change of a transaction. */
public sealed interface Op {
    String key();

    /**
     * Creates or replaces the key.
     *
     * @param lease the lease with which the key goes, {@link Lease#NONE} for none; it replaces an
     *     earlier one
     */
    @SuppressWarnings("ArrayRecordComponent") // shared by contract (Store); equality is by content
    record Put(String key, byte[] value, long lease) implements Op {
        public Put {
            Store.checkKey(key);
        }

        public Put(String key, byte[] value) {
            this(key, value, Lease.NONE);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Put(String otherKey, byte[] otherValue, long otherLease)
                    && key.equals(otherKey)
                    && lease == otherLease
                    && Arrays.equals(value, otherValue);
        }

        @Override
        public int hashCode() {
            return 31 * key.hashCode() + Arrays.hashCode(value);
        }
    }

    /** Removes the key if it exists. */
    record Delete(String key) implements Op {
        public Delete {
            Store.checkKey(key);
        }
    }
}
