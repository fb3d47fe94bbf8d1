/** IP values of both families, and allocators over prefixes of any size. */
@NullMarked
package io.biplane.netip;

import org.jspecify.annotations.NullMarked;
