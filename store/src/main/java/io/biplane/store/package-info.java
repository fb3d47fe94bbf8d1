/** Revisioned keys, transactions and watch; bytes only, knows no kind. */
@NullMarked
package io.biplane.store;

import org.jspecify.annotations.NullMarked;
