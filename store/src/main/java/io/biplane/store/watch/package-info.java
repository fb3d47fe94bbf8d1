/**
 * Delivery to watch listeners, shared by the stores that live in this JVM.
 *
 * <p>In come batches in the order of their revisions, from the store's one committing thread; out
 * go the same to each listener, on a virtual thread of the watch's own, so that a slow listener
 * holds up nobody. Called by {@code store.memory} and {@code store.embedded}.
 */
@NullMarked
package io.biplane.store.watch;

import org.jspecify.annotations.NullMarked;
