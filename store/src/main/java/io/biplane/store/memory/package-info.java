/**
 * A store in plain collections under one lock: for tests, and as the model with which the durable
 * stores are compared.
 *
 * <p>In come calls of {@link io.biplane.store.Store}; nothing leaves the JVM, and nothing survives
 * it.
 */
@NullMarked
package io.biplane.store.memory;

import org.jspecify.annotations.NullMarked;
