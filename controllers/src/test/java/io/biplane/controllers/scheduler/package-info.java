@NullMarked
package io.biplane.controllers.scheduler;

import org.jspecify.annotations.NullMarked;
