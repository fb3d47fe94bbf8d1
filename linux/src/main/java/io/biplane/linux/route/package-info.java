/**
 * Links, addresses, routes and neighbours (rtnetlink). Changes come in as values of {@link
 * io.biplane.linux.route.Change} and go out as one netlink request; what the kernel holds comes
 * back as records of the same types. The pod network and the fabric call it.
 */
@NullMarked
package io.biplane.linux.route;

import org.jspecify.annotations.NullMarked;
