/**
 * Writes the type registry: every type of the served kinds with its fields, their JSON types,
 * protobuf numbers, list rules and descriptions. Runs in the build; nothing of it is shipped.
 *
 * <p>In come the official Java client's models (names, types, descriptions), its protobuf
 * descriptors (numbers, widths) and the tables in {@code types/}, one for each API group and
 * version; out go {@code types.txt} and {@code descriptions.txt}, which {@code io.biplane.api.type}
 * reads.
 *
 * <p>A table says what no published jar carries. Its rows, by their first word:
 *
 * <ul>
 *   <li>{@code group apiVersion package holder}, the first row: the group and version ({@code /v1}
 *       for core), the package of its types in OpenAPI, the client's class of its protobuf messages
 *   <li>{@code kind Kind [model]}: a kind that clients send or read, with the client's model where
 *       that is not {@code V1Kind}; every type that it refers to comes with it
 *   <li>{@code everywhere Kind}: such a kind that every group has under its own name
 *   <li>{@code always}, {@code given} or {@code nonempty}, {@code Type field…}: when fields are
 *       there ({@link io.biplane.apiregistry.Presence}). Fields that no row names: strings,
 *       numbers, booleans, lists and maps are {@code always} where OpenAPI calls them required and
 *       {@code nonempty} elsewhere; everything else is {@code given}
 *   <li>{@code list Type field strategy mergeKey listType listMapKeys}: how a list, a map or a
 *       struct is patched and merged ({@link io.biplane.apiregistry.ListRule})
 *   <li>{@code field Type field type number description…}: a field that Biplane serves and today's
 *       models do not have
 * </ul>
 */
@NullMarked
package io.biplane.apiregistry;

import org.jspecify.annotations.NullMarked;
