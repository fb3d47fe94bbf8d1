/**
 * The Kubernetes API over HTTPS. In come HTTP requests (or, in the same JVM, {@link
 * io.biplane.apiserver.exchange.Request}s without a socket); out go answers and watch streams; the
 * state is in a {@link io.biplane.store.Store}. Its packages in the order that a request passes
 * them: {@code http} (sockets, TLS), {@code route} (path, query, content negotiation), {@code call}
 * (a request, read), {@code registry} (a file per verb), {@code write} (one transaction for each
 * change), {@code allocation} (addresses, claimed with their object), {@code watch} (changes,
 * fanned out), {@code render} (how an answer is written). {@code discovery} answers what there is,
 * {@code bootstrap} keeps what must always exist, {@code pki} makes the certificates. Built and run
 * by the command line.
 */
@NullMarked
package io.biplane.apiserver;

import org.jspecify.annotations.NullMarked;
