/**
 * Whole clusters, started by the launcher as a person would, and looked at by programs that are not
 * ours: kubectl, curl, ip, nft.
 */
@NullMarked
package io.biplane.cli.it;

import org.jspecify.annotations.NullMarked;
