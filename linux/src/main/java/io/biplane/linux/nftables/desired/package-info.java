/**
 * Keeping tables as they are desired. In comes the whole content that a table is to have; out go
 * the transactions that make the kernel's table so, whatever was there: nothing, the same content
 * from a process that ended, or something that a hand has damaged. Called by the proxy, the
 * masquerade agent and the fabric, which otherwise write only differences.
 */
@NullMarked
package io.biplane.linux.nftables.desired;

import org.jspecify.annotations.NullMarked;
