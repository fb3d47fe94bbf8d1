/**
 * The end of namespaces. In comes a Namespace that is being deleted; out go the deletions of all
 * that is in it, and, when nothing is left, its own. Called by the controller manager.
 */
@NullMarked
package io.biplane.controllers.namespace;

import org.jspecify.annotations.NullMarked;
