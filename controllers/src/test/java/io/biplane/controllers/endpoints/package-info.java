@NullMarked
package io.biplane.controllers.endpoints;

import org.jspecify.annotations.NullMarked;
