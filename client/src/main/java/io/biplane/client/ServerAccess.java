package io.biplane.client;

import java.net.URI;
import java.util.Optional;

import javax.net.ssl.SSLContext;

/**
 * Where an API server is and how to show who we are.
 *
 * @param server scheme, host and port, without a slash at the end
 * @param sslContext trusts the server's authority; holds our certificate, if we show one
 * @param bearerToken sent with each request, if there is one
 */
public record ServerAccess(URI server, SSLContext sslContext, Optional<String> bearerToken) {}
