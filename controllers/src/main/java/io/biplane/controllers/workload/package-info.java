/**
 * Deployments and ReplicaSets. In come both and their Pods; out go ReplicaSets for Deployments,
 * Pods for ReplicaSets, and the status of both. How far a rollout may go in one step is computed by
 * pure code ({@code RollingUpdate}). Called by the controller manager.
 */
@NullMarked
package io.biplane.controllers.workload;

import org.jspecify.annotations.NullMarked;
