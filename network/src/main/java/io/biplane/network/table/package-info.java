/**
 * Tables of namespaces that do not hang on the API: in come the tables that a namespace is to have;
 * out goes a kernel that has them, whatever anybody does to it. Called by the agents for masquerade
 * and guard.
 */
@NullMarked
package io.biplane.network.table;

import org.jspecify.annotations.NullMarked;
