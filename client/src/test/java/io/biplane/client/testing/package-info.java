/**
 * An API server in memory for tests of controllers and agents: what its clients can tell from a
 * real one (versions, conflicts, watches, status, finalizers, graceful deletion), without
 * defaulting, validation or allocation. Tests of other modules find it in this module's test-jar.
 */
@NullMarked
package io.biplane.client.testing;

import org.jspecify.annotations.NullMarked;
