@NullMarked
package io.biplane.controllers.servicecidr;

import org.jspecify.annotations.NullMarked;
