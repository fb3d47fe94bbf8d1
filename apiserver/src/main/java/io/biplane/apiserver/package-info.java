/** The Kubernetes API over HTTPS: authentication, registry, watch, discovery, OpenAPI. */
@NullMarked
package io.biplane.apiserver;

import org.jspecify.annotations.NullMarked;
