/**
 * The node agents of all nodes as one process, and the stand-ins as another. A cluster's data
 * directory comes in; nodes and pods that answer go out. Run by {@code up}.
 */
@NullMarked
package io.biplane.cli.agents;

import org.jspecify.annotations.NullMarked;
