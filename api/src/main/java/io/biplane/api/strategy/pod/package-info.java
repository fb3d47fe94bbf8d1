/**
 * The rules of Pods, and of the workloads that make pods from a template. Trees come in and are
 * changed in place; faults go out. The kinds' files name them.
 */
@NullMarked
package io.biplane.api.strategy.pod;

import org.jspecify.annotations.NullMarked;
