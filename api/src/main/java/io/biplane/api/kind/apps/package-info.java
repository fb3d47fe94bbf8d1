/** The kinds of API group {@code apps}, a file each. */
@NullMarked
package io.biplane.api.kind.apps;

import org.jspecify.annotations.NullMarked;
