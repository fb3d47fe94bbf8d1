/**
 * Keeping links, addresses, neighbours and routes as they are desired. In come what a namespace is
 * to have and what the kernel says that it has; out come the differences, in words and as changes.
 * What is there besides is nobody's business here. Pure: the fabric, the pod network and the host's
 * side read and write.
 */
@NullMarked
package io.biplane.linux.route.desired;

import org.jspecify.annotations.NullMarked;
