/**
 * Work queues: keys go in, often the same ones; each is handed to a worker once for any number of
 * changes, never to two workers at a time, and again after a growing pause when the worker throws.
 * Called by controllers, network, proxy and node.
 */
@NullMarked
package io.biplane.client.queue;

import org.jspecify.annotations.NullMarked;
