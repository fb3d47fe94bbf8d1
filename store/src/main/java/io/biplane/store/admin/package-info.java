/**
 * What can be done to a store from outside: verify, back up, restore, compact, dump.
 *
 * <p>In come paths; out go files and reports. {@link io.biplane.store.admin.StoreAdmin} is all
 * there is to call; the command line does.
 */
@NullMarked
package io.biplane.store.admin;

import org.jspecify.annotations.NullMarked;
