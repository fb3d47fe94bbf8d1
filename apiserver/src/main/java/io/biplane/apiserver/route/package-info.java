/**
 * From paths to answers. In come requests of known users; each goes to the verb of its resource, to
 * discovery, or to what the server says of itself. Failures become Status objects here and nowhere
 * else. Called by {@code http} and by the transport within the same JVM.
 */
@NullMarked
package io.biplane.apiserver.route;

import org.jspecify.annotations.NullMarked;
