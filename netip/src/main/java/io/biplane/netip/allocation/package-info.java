/**
 * Allocators over address, port and subnet ranges of any size. In comes a range and what is taken
 * of it; out goes the next free value. They only choose: what makes a choice binding is the claim
 * in the store (API server) or, under a foreign API server, the Node object. Cost and memory grow
 * with what is allocated, never with the size of the range. Called by the API server (service
 * addresses, node ports) and by the node IPAM controller (pod subnets of nodes).
 */
@NullMarked
package io.biplane.netip.allocation;

import org.jspecify.annotations.NullMarked;
