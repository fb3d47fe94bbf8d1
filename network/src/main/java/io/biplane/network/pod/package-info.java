/**
 * The pod network of one node: addresses out of the node's podCIDRs, and a routed veth for each
 * pod.
 *
 * <p>In: a pod's identity and the node's podCIDRs. Out: the pod's namespace with its addresses. The
 * node agent calls.
 */
@NullMarked
package io.biplane.network.pod;

import org.jspecify.annotations.NullMarked;
