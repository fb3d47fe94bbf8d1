/**
 * Nobody speaks with another's address. In come the links of a namespace by which more than one
 * station is reached; out go tables {@code biplane-guard}, kept by {@link
 * io.biplane.network.table.NamespaceTables}, that let a packet in only where the way back to its
 * source leads. Nothing in them is per pod: the routes are the table.
 */
@NullMarked
package io.biplane.network.guard;

import org.jspecify.annotations.NullMarked;
