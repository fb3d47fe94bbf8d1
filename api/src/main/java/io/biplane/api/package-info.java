/**
 * What all of {@code api} is made of: the names of a kind in one version ({@link
 * io.biplane.api.Resource}), JSON trees, errors in upstream's words ({@link
 * io.biplane.api.StatusException}) and the hook for a kind's rules ({@link
 * io.biplane.api.Strategy}).
 *
 * <p>The kinds themselves are in {@code io.biplane.api.kind}, and what is served in {@code
 * io.biplane.api.registry}. The API server, the clients and all controllers call it. Nothing here
 * does I/O.
 */
@NullMarked
package io.biplane.api;

import org.jspecify.annotations.NullMarked;
