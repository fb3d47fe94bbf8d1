/** The kinds of API group {@code networking.k8s.io}, a file each. */
@NullMarked
package io.biplane.api.kind.networking;

import org.jspecify.annotations.NullMarked;
