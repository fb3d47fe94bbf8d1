/**
 * Connection tracking (ctnetlink): the flows of a namespace come out, and those that lead nowhere
 * any more are deleted. The proxy calls it when an endpoint goes, because UDP has no end of its
 * own: a client that keeps sending keeps the translation to the endpoint that is gone.
 */
@NullMarked
package io.biplane.linux.conntrack;

import org.jspecify.annotations.NullMarked;
