/**
 * The stand-ins: one process that answers for pods whose images cannot be run.
 *
 * <p>In: the list of pods to serve, pushed by node agents as JSON lines over a unix socket ({@link
 * io.biplane.node.standin.StandInsClient} speaks it), and connections made to the pods' addresses.
 * Out: sockets opened inside the pods' namespaces, their answers, and reports of what listens and
 * what exited. {@code io.biplane.node} calls; the process goes on serving while no agent runs.
 */
@NullMarked
package io.biplane.node.standin;

import org.jspecify.annotations.NullMarked;
