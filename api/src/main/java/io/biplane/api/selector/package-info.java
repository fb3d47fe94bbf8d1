/**
 * Label and field selectors: text or JSON in, a predicate over objects out. The API server calls it
 * for list and watch, controllers for Services and ReplicaSets.
 */
@NullMarked
package io.biplane.api.selector;

import org.jspecify.annotations.NullMarked;
