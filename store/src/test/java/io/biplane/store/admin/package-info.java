/** What the store's commands do. */
@NullMarked
package io.biplane.store.admin;

import org.jspecify.annotations.NullMarked;
