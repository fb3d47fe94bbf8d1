/**
 * What the verbs are handed and hand back: a request whose path and form have been understood, the
 * objects in its body, the answers' headers. In come requests, out go calls and responses. Called
 * by {@code route} and {@code registry}.
 */
@NullMarked
package io.biplane.apiserver.call;

import org.jspecify.annotations.NullMarked;
