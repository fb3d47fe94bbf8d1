/**
 * The garbage collector. In come all objects with their {@code ownerReferences}; out go deletions
 * of objects whose owners have all gone, and, for owners deleted in the foreground or with orphans,
 * what their finalizers wait for. Called by the controller manager.
 */
@NullMarked
package io.biplane.controllers.gc;

import org.jspecify.annotations.NullMarked;
