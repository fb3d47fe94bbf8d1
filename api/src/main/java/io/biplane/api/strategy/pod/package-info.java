/**
 * The rules of Pods, and of the pod templates in workloads. Trees come in and are changed in place;
 * faults go out. Called by {@code strategy}.
 */
@NullMarked
package io.biplane.api.strategy.pod;

import org.jspecify.annotations.NullMarked;
