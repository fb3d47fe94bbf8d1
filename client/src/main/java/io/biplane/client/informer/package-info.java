/**
 * Local copies of API objects that follow the server.
 *
 * <p>In come a list and then the events of a watch; out go look-ups without a request, and calls of
 * {@link io.biplane.client.informer.Listener}s for every change. There is one copy per resource and
 * selection, shared by all who ask. After a lost connection the watch goes on from the last
 * version; when the server no longer has that version, the list is read again and the difference is
 * told. Called by controllers, network, proxy and node.
 */
@NullMarked
package io.biplane.client.informer;

import org.jspecify.annotations.NullMarked;
