/**
 * The components one by one, as subcommands with upstream's names and flags. A command line comes
 * in; the configuration record of a component goes out, and the component runs.
 */
@NullMarked
package io.biplane.cli.component;

import org.jspecify.annotations.NullMarked;
