/**
 * The kinds that are built in: each says all about itself in a file of its group's package, and
 * {@link io.biplane.api.kind.Kinds} lists them.
 */
@NullMarked
package io.biplane.api.kind;

import org.jspecify.annotations.NullMarked;
