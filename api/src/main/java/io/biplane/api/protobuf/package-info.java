/**
 * Kubernetes' protobuf form of objects, read with the field numbers of the type registry. In come
 * the bytes of a request, out goes the object's tree. Called by the API server: kubectl and other
 * clients made with Go's typed client send new objects in this form.
 */
@NullMarked
package io.biplane.api.protobuf;

import org.jspecify.annotations.NullMarked;
