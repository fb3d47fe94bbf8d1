/**
 * The kubeconfig file, as kubectl and kind keep it. A file comes in; the way to an API server goes
 * out, or a context is put into or taken out of the user's file. Called by the command line.
 */
@NullMarked
package io.biplane.client.kubeconfig;

import org.jspecify.annotations.NullMarked;
