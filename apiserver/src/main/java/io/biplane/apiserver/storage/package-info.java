/**
 * API objects as they lie in the store. In come objects and keys; out come bytes for the store, and
 * of the store's bytes the objects with their resource version, without parsing where bytes alone
 * will do. Called by {@code registry} and {@code watch}.
 */
@NullMarked
package io.biplane.apiserver.storage;

import org.jspecify.annotations.NullMarked;
