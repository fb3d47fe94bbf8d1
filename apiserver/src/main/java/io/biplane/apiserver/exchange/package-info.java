/** A request and its answer, whether they come over HTTP or from the same JVM, and who asks. */
@NullMarked
package io.biplane.apiserver.exchange;

import org.jspecify.annotations.NullMarked;
