/**
 * Writes the type registry: every type of the served kinds with its fields, their JSON types,
 * protobuf numbers, list rules and descriptions. Runs in the build; nothing of it is shipped.
 *
 * <p>In come the official Java client's models (names, types, descriptions), its protobuf
 * descriptors (numbers, widths) and the tables {@code lists.txt} (merge keys and list types) and
 * {@code presence.txt} (which fields are there when they are empty), which no published jar
 * carries; out go {@code types.txt} and {@code descriptions.txt}, which {@code io.biplane.api.type}
 * reads.
 */
@NullMarked
package io.biplane.apiregistry;

import org.jspecify.annotations.NullMarked;
