/**
 * The kernel: netlink, nftables, network namespaces, sysctls; the only code that uses
 * java.lang.foreign.
 */
@NullMarked
package io.biplane.linux;

import org.jspecify.annotations.NullMarked;
