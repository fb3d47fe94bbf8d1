/**
 * The Kubernetes kinds that Biplane serves: their names, their errors and the hook for their rules.
 *
 * <p>In come JSON trees ({@code ObjectNode}) and names of kinds; out go rows ({@link
 * io.biplane.api.Resource}), errors in upstream's words ({@link io.biplane.api.StatusException})
 * and checked objects. The API server, the clients and all controllers call it. Nothing here does
 * I/O.
 */
@NullMarked
package io.biplane.api;

import org.jspecify.annotations.NullMarked;
