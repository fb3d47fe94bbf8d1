@NullMarked
package io.biplane.controllers.workload;

import org.jspecify.annotations.NullMarked;
