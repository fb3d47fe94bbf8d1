/**
 * The kind registry: what a kind is, and which kinds are served.
 *
 * <p>In come the kinds of {@code io.biplane.api.kind}, each from its own file, and later those of
 * custom resources; out go their names, columns, rules and the ways in which they differ.
 * Discovery, OpenAPI, tables, the write path, garbage collection and the deletion of namespaces ask
 * a {@link io.biplane.api.registry.KindRegistry}, so that nothing about a kind is written twice.
 */
@NullMarked
package io.biplane.api.registry;

import org.jspecify.annotations.NullMarked;
