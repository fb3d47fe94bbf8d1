/**
 * Figures, never pass or fail. Each program prints its own beside those of an alternative that ran
 * in the same minutes on the same machine. Run by hand: {@code java -cp …
 * io.biplane.bench.StoreBench}.
 */
@NullMarked
package io.biplane.bench;

import org.jspecify.annotations.NullMarked;
