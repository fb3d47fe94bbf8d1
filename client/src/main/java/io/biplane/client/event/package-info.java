/**
 * Events: what a component tells the user about an object. In come object, reason and message; out
 * go core/v1 Events, repeated ones as a count. Called by controllers and node.
 */
@NullMarked
package io.biplane.client.event;

import org.jspecify.annotations.NullMarked;
