/** The biplane command; puts everything together. */
@NullMarked
package io.biplane.cli;

import org.jspecify.annotations.NullMarked;
