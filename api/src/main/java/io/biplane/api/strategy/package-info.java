/**
 * What the rules of several kinds share, and the rules that are too long for their kind's file;
 * those of Services have a package of their own. They say what is filled in, what may not change,
 * what is refused, in upstream's words. Objects come in as trees and are changed in place; faults
 * go out. The files in {@code io.biplane.api.kind} name them; the API server asks for them through
 * {@code io.biplane.api.registry.Strategies}.
 */
@NullMarked
package io.biplane.api.strategy;

import org.jspecify.annotations.NullMarked;
