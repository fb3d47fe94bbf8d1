/**
 * What leaves the cluster carries an address that can be answered. In come the ranges of the
 * cluster; out go nftables: in each node's namespace a table {@code ip-masq-agent} per family, kept
 * by {@link io.biplane.network.table.NamespaceTables}, and on the host the table of {@link
 * io.biplane.network.masquerade.HostEgress}, written by the fabric.
 *
 * <p>A pod's address is translated to its node's only when nobody outside could answer it (RFC
 * 1918, ULA); a public one goes out as it is. Pods, nodes and services see each other untranslated.
 */
@NullMarked
package io.biplane.network.masquerade;

import org.jspecify.annotations.NullMarked;
