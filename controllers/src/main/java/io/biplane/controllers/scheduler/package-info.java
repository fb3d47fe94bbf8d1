/**
 * The scheduler. In come unbound Pods and the Nodes with what runs on them; out go bindings, and
 * events that say where a Pod went or why it fits nowhere. Called by the control plane.
 */
@NullMarked
package io.biplane.controllers.scheduler;

import org.jspecify.annotations.NullMarked;
