/**
 * nftables: what a ruleset is made of, as values that print themselves as nft text, and the
 * transactions that change one. The proxy and the masquerade agent build transactions and hand them
 * to {@link io.biplane.linux.nftables.Nftables}; the package {@code kernel} beside this one carries
 * them out.
 */
@NullMarked
package io.biplane.linux.nftables;

import org.jspecify.annotations.NullMarked;
