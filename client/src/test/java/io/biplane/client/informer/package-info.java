@NullMarked
package io.biplane.client.informer;

import org.jspecify.annotations.NullMarked;
