/**
 * The verbs, a file each. In come calls (a request whose path has been understood); each verb reads
 * or changes the store and answers with rendered bytes or a watch stream. Every change is one
 * transaction that holds only if nothing it was computed from has changed meanwhile; otherwise it
 * is computed again. Called by {@code route}, and by {@code bootstrap} for its own objects.
 */
@NullMarked
package io.biplane.apiserver.registry;

import org.jspecify.annotations.NullMarked;
