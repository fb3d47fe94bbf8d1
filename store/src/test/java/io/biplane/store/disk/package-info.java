/** Damage to the files of a store. */
@NullMarked
package io.biplane.store.disk;

import org.jspecify.annotations.NullMarked;
