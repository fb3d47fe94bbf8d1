/**
 * The Kubernetes API as a client sees it.
 *
 * <p>In come calls of controllers and agents; out go requests over a {@link
 * io.biplane.client.Transport}: HTTPS, or a call into an API server of the same JVM. Errors of the
 * API are {@link io.biplane.api.StatusException}; a server that cannot be reached is an {@link
 * java.io.UncheckedIOException}. Informers, work queues, events and kubeconfig files have packages
 * of their own below this one. Called by controllers, network, proxy, node and cli.
 */
@NullMarked
package io.biplane.client;

import org.jspecify.annotations.NullMarked;
