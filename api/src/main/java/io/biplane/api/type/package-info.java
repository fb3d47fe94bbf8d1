/**
 * The type registry: the fields of every type of the served kinds, with their JSON types, protobuf
 * numbers, list rules and descriptions.
 *
 * <p>In come the files that the build made ({@code api-registry}); out go types and fields. The API
 * server decodes objects against them, patches find their merge keys in them, OpenAPI documents are
 * written from them. Everything is read on first use: some milliseconds for the types, a few more
 * for the descriptions, which only OpenAPI needs.
 */
@NullMarked
package io.biplane.api.type;

import org.jspecify.annotations.NullMarked;
