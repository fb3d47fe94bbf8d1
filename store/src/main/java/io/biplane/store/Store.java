package io.biplane.store;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Revisioned keys in etcd's terms: one sequence of revisions, transactions with conditions, reads
 * at a revision, and watches that resume from one.
 *
 * <p>Every method may be called from any thread, virtual ones included. A commit that has returned
 * is durable, as far as the implementation is, and seen by every later read (single keys and
 * transactions are linearizable). Byte arrays are shared, not copied: nobody may change one after
 * it was handed in or out.
 *
 * <p>Keys are 1 to {@link #MAX_KEY_CHARS} characters of U+0020..U+D7FF. In that range Java's order
 * of strings is the order of their UTF-8 bytes, which is etcd's.
 *
 * <p>Every method throws {@link StoreClosedException} after {@link #close()}.
 */
public interface Store extends AutoCloseable {
    /** Operations in one transaction, as etcd's default {@code --max-txn-ops}; conditions too. */
    int MAX_TXN_OPS = 128;

    /** Bytes of all values put by one transaction. */
    int MAX_TXN_BYTES = 4 << 20;

    /** Length of a key. */
    int MAX_KEY_CHARS = 1024;

    /** The revision of the latest commit; 1 in a store that was never written, as in etcd. */
    long revision();

    /**
     * Reads below and watches after less than this revision are gone; 0 if nothing was ever
     * compacted.
     */
    long compactedRevision();

    /** The key as of now. */
    Optional<KeyValue> get(String key);

    /**
     * The keys of {@code [from, toExclusive)} in order.
     *
     * @param toExclusive see {@link #prefixEnd}
     * @param revision as of which revision, 0 for now
     * @param limit at most so many entries, 0 for all
     * @throws CompactedException if the revision is below {@link #compactedRevision()}
     * @throws FutureRevisionException if the revision was not reached yet
     */
    Range range(String from, String toExclusive, long revision, int limit);

    /**
     * Applies all operations under one new revision if all conditions hold, else none. Operations
     * that change nothing (a delete of an absent key) use up no revision of their own.
     *
     * @throws NoSuchLeaseException if a put names a lease that does not exist (any more)
     * @throws WriteRefusedException if it cannot be made durable now; see there for what it says of
     *     the outcome
     */
    TxnResult commit(Txn txn);

    /**
     * Calls the listener with every change to {@code [from, toExclusive)} of a revision greater
     * than {@code afterRevision}, in order, each revision once and whole, and only when it is
     * durable.
     *
     * <p>The listener is called from one thread at a time, never from within a call to the store.
     * What it has not taken yet is queued up to a bound; a listener that falls behind further is
     * cancelled with {@link SlowWatcherException} (it may watch again from the last revision it
     * saw).
     *
     * @throws CompactedException if afterRevision is below {@link #compactedRevision()}: changes
     *     are gone
     */
    Watch watch(String from, String toExclusive, long afterRevision, WatchListener listener);

    /**
     * Drops what only reads below {@code revision} need. Watches that are already running are not
     * disturbed.
     *
     * @throws CompactedException if the revision is at or below {@link #compactedRevision()}
     * @throws FutureRevisionException if the revision was not reached yet
     */
    void compact(long revision);

    /**
     * A new lease. Keys put under it are deleted, in one revision, once it was not kept alive for
     * {@code ttl}. A restart of the store begins every lease's time anew.
     */
    Lease grantLease(Duration ttl);

    /**
     * Begins the lease's time anew.
     *
     * @throws NoSuchLeaseException if it has expired or was revoked
     */
    void keepLeaseAlive(long leaseId);

    /**
     * Ends the lease and deletes its keys now.
     *
     * @throws NoSuchLeaseException if it has expired or was revoked
     */
    void revokeLease(long leaseId);

    /** All leases, by id. */
    List<Lease> leases();

    /**
     * Ends all watches (without calling their listeners again) and lets go of what the store holds.
     */
    @Override
    void close();

    /**
     * The least string above all keys that start with {@code prefix}; for the empty prefix, above
     * all keys.
     */
    static String prefixEnd(String prefix) {
        if (prefix.isEmpty()) {
            return "\uD800";
        }
        int last = prefix.length() - 1;
        return prefix.substring(0, last) + (char) (prefix.charAt(last) + 1);
    }

    /**
     * Returns the key if it may be one.
     *
     * @throws IllegalArgumentException if not
     */
    static String checkKey(String key) {
        if (key.isEmpty() || key.length() > MAX_KEY_CHARS) {
            throw new IllegalArgumentException(
                    "key has %d characters, not 1..%d".formatted(key.length(), MAX_KEY_CHARS));
        }
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c < 0x20 || c >= Character.MIN_SURROGATE) {
                throw new IllegalArgumentException(
                        "key has the character U+%04X, not in U+0020..U+D7FF".formatted((int) c));
            }
        }
        return key;
    }
}
