/** Namespaces, links and servers for the proxy's kernel tests. */
@NullMarked
package io.biplane.proxy.testing;

import org.jspecify.annotations.NullMarked;
