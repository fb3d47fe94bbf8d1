/**
 * The rules of each kind but Services, which have a package of their own: what is filled in, what
 * may not change, what is refused, in upstream's words. Objects come in as trees and are changed in
 * place; faults go out. Called by the API server's verb loop through {@link
 * io.biplane.api.Strategies}, which {@link io.biplane.api.strategy.KindStrategies} puts together.
 */
@NullMarked
package io.biplane.api.strategy;

import org.jspecify.annotations.NullMarked;
