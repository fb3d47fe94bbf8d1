/**
 * Changes, fanned out. In come the store's changes of one kind, once; out go streams of watch
 * events, one for each watcher, pulled at the watcher's own pace out of one shared log. An event is
 * encoded once however many watch it. Called by {@code registry}.
 */
@NullMarked
package io.biplane.apiserver.watch;

import org.jspecify.annotations.NullMarked;
