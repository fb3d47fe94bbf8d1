/**
 * Checks that many kinds share: names, labels, object metadata, address texts. In come values of an
 * object's fields, out go faults in upstream's words. Called by the strategies of {@code strategy}
 * and by {@code service}.
 */
@NullMarked
package io.biplane.api.validation;

import org.jspecify.annotations.NullMarked;
