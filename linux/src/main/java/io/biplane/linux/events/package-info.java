/**
 * Notice of changes in the kernel. In come namespaces and directories to watch; out go calls that
 * say that something changed there, all from one thread: rtnetlink and nftables notifications,
 * inotify, and changes of the mount table. What changed is for the callers to look up: the agents
 * compare what they made with what is there.
 */
@NullMarked
package io.biplane.linux.events;

import org.jspecify.annotations.NullMarked;
