/**
 * Which Pods a Service selects, and which Services select a Pod. In come the informers of both; out
 * go look-ups whose cost grows with what is found, not with what there is. Called by controllers
 * and node.
 */
@NullMarked
package io.biplane.client.selection;

import org.jspecify.annotations.NullMarked;
