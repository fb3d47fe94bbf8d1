/**
 * Objects in the form that a client asked for in its {@code Accept} header: as they are, as rows of
 * a Table, or their metadata alone. In come stored objects, out go bytes. Called by {@code
 * registry} and {@code watch}.
 */
@NullMarked
package io.biplane.apiserver.render;

import org.jspecify.annotations.NullMarked;
