/**
 * {@code biplane status}: what runs of a cluster, what has ended, and where the kernel does not
 * hold what it should. Reads the processes' files, the API and the kernel; changes nothing.
 */
@NullMarked
package io.biplane.cli.status;

import org.jspecify.annotations.NullMarked;
