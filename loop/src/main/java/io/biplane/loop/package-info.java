/**
 * Long-lived loops, and waiting. In comes a turn, which does the work once, and when it is to be
 * done: {@link io.biplane.loop.Loop} sees to the rest, and to it that no exception ends it. {@link
 * io.biplane.loop.Await} waits for what tells nobody when it comes. Called by every module that
 * works in the background; uses none of Biplane's.
 */
@NullMarked
package io.biplane.loop;

import org.jspecify.annotations.NullMarked;
