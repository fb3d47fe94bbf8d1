/**
 * {@code biplane store}: what a person does to a store from outside. A cluster's name, a directory
 * or a backup comes in; a report on standard output and an exit code go out.
 */
@NullMarked
package io.biplane.cli.store;

import org.jspecify.annotations.NullMarked;
