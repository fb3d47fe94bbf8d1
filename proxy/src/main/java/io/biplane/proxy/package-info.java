/** kube-proxy: Services and EndpointSlices to nftables. */
@NullMarked
package io.biplane.proxy;

import org.jspecify.annotations.NullMarked;
