/** The kinds of API group {@code coordination.k8s.io}, a file each. */
@NullMarked
package io.biplane.api.kind.coordination;

import org.jspecify.annotations.NullMarked;
