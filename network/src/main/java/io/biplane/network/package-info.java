/** The fabric, the pod network and egress masquerade. */
@NullMarked
package io.biplane.network;

import org.jspecify.annotations.NullMarked;
