@NullMarked
package io.biplane.client.event;

import org.jspecify.annotations.NullMarked;
