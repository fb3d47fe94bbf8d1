/**
 * What every Service asks of the kernel, computed from API objects; pure.
 *
 * <p>In come {@link io.biplane.api.view.ServiceView}s and {@link
 * io.biplane.api.view.EndpointSliceView}s, one change at a time; out go {@link
 * io.biplane.proxy.service.ServicePort}s: for each port of a Service and each of its families the
 * frontends (addresses and ports that clients use) and the endpoints behind them. It is the same
 * for every node, so it is computed once however many nodes this process serves. Called by {@link
 * io.biplane.proxy.ServiceProxy}; what is found here is written by {@link
 * io.biplane.proxy.nftables}.
 *
 * <p>The families never meet: a {@code ServicePort} has one, and a Service without a cluster
 * address of a family does not exist in it, node ports included.
 */
@NullMarked
package io.biplane.proxy.service;

import org.jspecify.annotations.NullMarked;
