/**
 * The API server as a process, killed at random moments under many writers over HTTPS. In come
 * seeds and numbers of kills; out goes what was acknowledged and is not there, or is there and
 * cannot be.
 */
@NullMarked
package io.biplane.cli.crash;

import org.jspecify.annotations.NullMarked;
