/**
 * A whole cluster on this machine: {@code up}, {@code down}, {@code status}, {@code shell}. Flags
 * and a data directory come in; a fabric, three processes and a kubeconfig go out.
 */
@NullMarked
package io.biplane.cli.cluster;

import org.jspecify.annotations.NullMarked;
