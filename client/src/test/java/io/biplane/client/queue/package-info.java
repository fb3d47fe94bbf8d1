@NullMarked
package io.biplane.client.queue;

import org.jspecify.annotations.NullMarked;
