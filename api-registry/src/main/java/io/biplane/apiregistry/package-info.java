/**
 * Builds the type registry from published models of the Kubernetes API; used at build time only.
 */
@NullMarked
package io.biplane.apiregistry;

import org.jspecify.annotations.NullMarked;
