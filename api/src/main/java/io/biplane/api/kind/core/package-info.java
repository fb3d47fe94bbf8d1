/** The kinds of the core API group, a file each. */
@NullMarked
package io.biplane.api.kind.core;

import org.jspecify.annotations.NullMarked;
