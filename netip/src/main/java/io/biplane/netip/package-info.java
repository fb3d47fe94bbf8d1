/**
 * IP values of both families. Text and bytes come in, values that cannot be wrong go out; every
 * other module calls. One code path serves both families: what differs is a number of {@link
 * io.biplane.netip.IpFamily}.
 */
@NullMarked
package io.biplane.netip;

import org.jspecify.annotations.NullMarked;
