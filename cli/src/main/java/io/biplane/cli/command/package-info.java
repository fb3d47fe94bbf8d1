/** What all commands share: how they fail, run and end. */
@NullMarked
package io.biplane.cli.command;

import org.jspecify.annotations.NullMarked;
