/**
 * The durable store of one process: the log of {@code store.disk} under an index in memory.
 *
 * <p>In come calls of {@link io.biplane.store.Store}. Writes go to one thread ({@code
 * GroupCommit}), which applies many to the index ({@code Ledger}), appends their records and makes
 * them durable with one fsync; only then do readers see them, callers return, and {@code WatchHub}
 * passes them to the watches. Reads never wait for a write: they walk the index at the last durable
 * revision, and fetch values that are not in the cache from the disk. Called by {@code cli} (opens
 * it) and the API server (uses it).
 */
@NullMarked
package io.biplane.store.embedded;

import org.jspecify.annotations.NullMarked;
