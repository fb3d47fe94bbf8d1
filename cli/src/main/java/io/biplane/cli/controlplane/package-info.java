/**
 * The control plane as one process: API server, controllers and scheduler over the embedded store.
 * A cluster's data directory comes in; listening sockets go out. Run by {@code up}.
 */
@NullMarked
package io.biplane.cli.controlplane;

import org.jspecify.annotations.NullMarked;
