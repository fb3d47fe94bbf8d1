/**
 * What happens to Nodes that fall silent, and to Pods whose Node has gone. In come Nodes, their
 * Leases and Pods; out go the Ready condition Unknown, taints, Pods that are not ready, and
 * deletions. Called by the controller manager.
 */
@NullMarked
package io.biplane.controllers.nodelifecycle;

import org.jspecify.annotations.NullMarked;
