/**
 * The HTTPS front end. In come bound sockets; each connection becomes HTTP/1.1 or HTTP/2 by ALPN,
 * its client certificate a {@link io.biplane.apiserver.exchange.User}, each exchange a {@link
 * io.biplane.apiserver.exchange.Request} handled on a virtual thread of its own. Event loops only
 * move bytes. Streams are pulled, so that a slow client holds back its own stream and nothing else.
 * Called by {@link io.biplane.apiserver.ApiServer}.
 */
@NullMarked
package io.biplane.apiserver.http;

import org.jspecify.annotations.NullMarked;
