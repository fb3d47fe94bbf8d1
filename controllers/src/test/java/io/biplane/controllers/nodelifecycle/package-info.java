@NullMarked
package io.biplane.controllers.nodelifecycle;

import org.jspecify.annotations.NullMarked;
