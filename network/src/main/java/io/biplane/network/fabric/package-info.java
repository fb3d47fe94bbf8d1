/**
 * The fabric: the namespaces, bridge, links, addresses and routes that make one machine a cluster
 * of nodes, and the host's side of it.
 *
 * <p>In: a {@link io.biplane.network.fabric.ClusterNetwork} and the number of nodes, and the Nodes
 * of the API. Out: kernel state, all named after the cluster. {@code cli} calls {@link
 * io.biplane.network.fabric.Fabric}; the agents run {@link io.biplane.network.fabric.NodeRoutes},
 * the control plane {@link io.biplane.network.fabric.ServiceRoutes}.
 */
@NullMarked
package io.biplane.network.fabric;

import org.jspecify.annotations.NullMarked;
