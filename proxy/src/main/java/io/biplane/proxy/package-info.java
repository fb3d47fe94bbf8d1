/**
 * kube-proxy: Services and EndpointSlices to the kernel. In come informers and the namespaces to
 * serve; out go nftables. {@link io.biplane.proxy.service} computes what should be, {@link
 * io.biplane.proxy.nftables} says it in the kernel's words, and {@link
 * io.biplane.proxy.ServiceProxy} here runs the loop. Called by the node agents' process and by the
 * {@code kube-proxy} command.
 */
@NullMarked
package io.biplane.proxy;

import org.jspecify.annotations.NullMarked;
