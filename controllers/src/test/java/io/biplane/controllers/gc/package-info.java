@NullMarked
package io.biplane.controllers.gc;

import org.jspecify.annotations.NullMarked;
