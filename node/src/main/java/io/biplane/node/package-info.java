/**
 * The node agent: pods, their network and their stand-ins.
 *
 * <p>In: the Nodes' and Pods' informers, and what the stand-ins report. Out: Nodes registered and
 * kept alive, pods attached to the network and served, their status written to the API. {@code cli}
 * builds {@link io.biplane.node.NodeAgents}, one for all nodes of a process.
 */
@NullMarked
package io.biplane.node;

import org.jspecify.annotations.NullMarked;
