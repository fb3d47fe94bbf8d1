/**
 * The three forms of patches: JSON patch (RFC 6902), merge patch (RFC 7386) and Kubernetes' own
 * strategic merge patch. In come a stored object and a patch, out comes a new object; neither
 * argument is changed. The API server's patch verb calls it, and the in-memory API of tests.
 */
@NullMarked
package io.biplane.api.patch;

import org.jspecify.annotations.NullMarked;
