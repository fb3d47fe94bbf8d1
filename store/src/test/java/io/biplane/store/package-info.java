/** The contract of stores, as a suite that every implementation runs, and what its tests share. */
@NullMarked
package io.biplane.store;

import org.jspecify.annotations.NullMarked;
