/** One watch and its queue. */
@NullMarked
package io.biplane.store.watch;

import org.jspecify.annotations.NullMarked;
