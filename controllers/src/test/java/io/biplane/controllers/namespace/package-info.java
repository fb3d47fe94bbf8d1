@NullMarked
package io.biplane.controllers.namespace;

import org.jspecify.annotations.NullMarked;
