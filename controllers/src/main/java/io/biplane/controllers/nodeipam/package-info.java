/**
 * Node IPAM: gives every Node a block of pod addresses of each family. In come Nodes; out go their
 * {@code podCIDRs}, proposed here and claimed by the API server in the transaction that stores
 * them. Called by the controller manager.
 */
@NullMarked
package io.biplane.controllers.nodeipam;

import org.jspecify.annotations.NullMarked;
