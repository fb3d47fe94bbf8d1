/**
 * OpenAPI documents of what is served: version 2, as JSON and as protobuf, and version 3, one
 * document per group and version. Made from the type registry and the kind registry, on first
 * request. The API server serves them; kubectl plans {@code apply} patches with them, validates
 * with them and explains kinds from them.
 */
@NullMarked
package io.biplane.api.openapi;

import org.jspecify.annotations.NullMarked;
