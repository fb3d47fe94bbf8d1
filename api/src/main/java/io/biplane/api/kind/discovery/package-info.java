/** The kinds of API group {@code discovery.k8s.io}, a file each. */
@NullMarked
package io.biplane.api.kind.discovery;

import org.jspecify.annotations.NullMarked;
