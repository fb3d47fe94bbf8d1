/**
 * The kernel, below netlink: system calls, network namespaces, sysctls, limits and processes. Names
 * and values come in, system calls go out; every other package of this module and the agents call
 * it. This module is the only one that uses {@code java.lang.foreign}.
 */
@NullMarked
package io.biplane.linux;

import org.jspecify.annotations.NullMarked;
