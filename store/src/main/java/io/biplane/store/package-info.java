/**
 * The contract of Biplane's stores: keys with values of bytes, one sequence of revisions,
 * transactions, watches. It knows no Kubernetes kind.
 *
 * <p>In come transactions and reads; out go {@link io.biplane.store.KeyValue}s and, to watch
 * listeners, {@link io.biplane.store.WatchBatch}es. Called by the API server alone. Stores: {@code
 * embedded} (durable, one process), {@code memory} (for tests).
 */
@NullMarked
package io.biplane.store;

import org.jspecify.annotations.NullMarked;
