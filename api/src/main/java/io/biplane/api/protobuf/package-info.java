/**
 * Reads the protobuf form of API objects, which typed clients and newer {@code kubectl}s send.
 *
 * <p>In comes a body of the type {@code application/vnd.kubernetes.protobuf}; out goes the JSON
 * tree that upstream would write for the same object. Field numbers and types are the type
 * registry's; nothing here knows any kind. The API server calls it when it reads bodies; answers
 * stay JSON, which every client accepts too.
 */
@NullMarked
package io.biplane.api.protobuf;

import org.jspecify.annotations.NullMarked;
