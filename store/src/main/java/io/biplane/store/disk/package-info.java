/**
 * The files of an embedded store and how damage to them is noticed.
 *
 * <p>A store is a directory: {@code store.db} (SQLite in WAL mode, one row per record), {@code
 * HEAD} (what was last acknowledged), {@code LOCK} (held by the process that has it open, with its
 * pid). In come {@link io.biplane.store.disk.StoreRecord}s to append; out go the same, checked.
 * Nothing here knows of keys' current state, watches or leases. Called by {@code store.embedded}
 * and {@code store.admin}.
 *
 * <p>What SQLite does not notice by itself is covered so: a changed byte in a row, by the row's
 * checksum; a missing row, by the chain of checksums, or below the compacted revision by a sum over
 * all rows; a lost tail, by {@code HEAD}; a damaged write-ahead log, whose frames SQLite would drop
 * without a word, by scanning it first; damage to the tree and to the free list, by SQLite's own
 * check at start.
 */
@NullMarked
package io.biplane.store.disk;

import org.jspecify.annotations.NullMarked;
