/** The embedded store against the contract, a model, crashes and full disks. */
@NullMarked
package io.biplane.store.embedded;

import org.jspecify.annotations.NullMarked;
