/**
 * The certificates of a cluster. In come a directory and the names under which the API server is
 * reached; out come a CA made on first start, the serving certificate and client certificates, all
 * ECDSA P-256 but the administrator's (RSA, for libraries that read no other), kept as PEM files
 * that only their owner can read. Called by the program that starts the API server.
 */
@NullMarked
package io.biplane.apiserver.pki;

import org.jspecify.annotations.NullMarked;
