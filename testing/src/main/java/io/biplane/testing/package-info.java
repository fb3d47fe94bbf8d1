/**
 * What the tests of all modules share: seeds of random tests, and what a test needs of its machine.
 */
@NullMarked
package io.biplane.testing;

import org.jspecify.annotations.NullMarked;
