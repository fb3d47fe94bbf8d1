@NullMarked
package io.biplane.client.selection;

import org.jspecify.annotations.NullMarked;
