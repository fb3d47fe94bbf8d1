/** Kubernetes kinds: the type and kind registries, wire forms, defaulting and validation; pure. */
@NullMarked
package io.biplane.api;

import org.jspecify.annotations.NullMarked;
