/**
 * What many clients did to single keys at the same time, written down, and whether some order of
 * their operations explains it. In come calls with their instants and outcomes; out goes the first
 * operation that no order explains. Used on stores here, and on the API over HTTPS in {@code cli}.
 */
@NullMarked
package io.biplane.store.history;

import org.jspecify.annotations.NullMarked;
