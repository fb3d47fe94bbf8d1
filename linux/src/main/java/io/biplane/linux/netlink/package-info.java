/**
 * Netlink: the messages and the socket, without a meaning yet. {@code route} and {@code nftables}
 * write requests in and read answers out.
 */
@NullMarked
package io.biplane.linux.netlink;

import org.jspecify.annotations.NullMarked;
