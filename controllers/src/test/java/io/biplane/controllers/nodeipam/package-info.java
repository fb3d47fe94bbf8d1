@NullMarked
package io.biplane.controllers.nodeipam;

import org.jspecify.annotations.NullMarked;
