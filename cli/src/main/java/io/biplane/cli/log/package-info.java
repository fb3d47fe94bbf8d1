/**
 * What the processes log: one line an event, to standard error or to files of bounded size. Events
 * of {@code System.Logger}, and of libraries that use {@code java.util.logging}, come in; {@code
 * Main} and the processes of a cluster choose where the lines go.
 */
@NullMarked
package io.biplane.cli.log;

import org.jspecify.annotations.NullMarked;
