/**
 * Small typed views on API objects, for agents and controllers.
 *
 * <p>In comes the JSON tree of an object as the API server stores it; out goes a record with the
 * few things that code asks for, parsed once ({@link io.biplane.netip.Addr}, {@link
 * io.biplane.netip.Prefix}). A view keeps its tree ({@code json()}), so that the rest stays within
 * reach; nobody may change a tree that a view holds. An address or prefix in an object that is not
 * valid is left out of the view: the API server refuses such objects, and one written before it did
 * must not stop an agent. Called by informers, controllers, proxy and node.
 */
@NullMarked
package io.biplane.api.view;

import org.jspecify.annotations.NullMarked;
