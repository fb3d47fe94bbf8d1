/**
 * How objects are written: metadata that is the server's, the gate of their namespace, and the
 * loops that commit an object with its claims in one transaction. In come objects and what is to
 * become of them; out go the store's transactions. Called by the verbs of {@code registry} and by
 * {@code bootstrap}.
 */
@NullMarked
package io.biplane.apiserver.write;

import org.jspecify.annotations.NullMarked;
