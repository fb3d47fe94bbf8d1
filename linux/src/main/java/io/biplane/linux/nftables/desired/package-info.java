/**
 * Keeping tables as they are desired. In comes the whole content that a table is to have; out go
 * the transactions that make the kernel's table so, whatever was there: nothing, the same content
 * from a process that ended, or something that a hand has damaged. Called by the proxy, the
 * masquerade agent and the fabric, which otherwise write only differences.
 *
 * <p>A set has an owner ({@link io.biplane.linux.nftables.NamedSet.Owner}). Of ours every element
 * is compared; of one that the kernel fills only the declaration is, so that what it learnt from
 * packets lives through a comparison, a restart, and the repair of whatever else is in the table.
 */
@NullMarked
package io.biplane.linux.nftables.desired;

import org.jspecify.annotations.NullMarked;
