/** The node agent: pods, their network and their stand-ins. */
@NullMarked
package io.biplane.node;

import org.jspecify.annotations.NullMarked;
