/**
 * Claims on addresses, node ports and pod subnets. In comes an object that is about to be written,
 * and what is stored of it; out goes the object with its missing addresses and ports filled in, and
 * the claims that belong into the same store transaction as the object. A claim is a key that names
 * its owner, so that one address has one owner however many API servers there are and wherever one
 * of them stops. Called by {@code write}.
 */
@NullMarked
package io.biplane.apiserver.allocation;

import org.jspecify.annotations.NullMarked;
