/** The in-memory store against the contract. */
@NullMarked
package io.biplane.store.memory;

import org.jspecify.annotations.NullMarked;
