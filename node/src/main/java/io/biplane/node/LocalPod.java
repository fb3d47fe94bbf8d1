package io.biplane.node;

import io.biplane.netip.Addr;
import io.biplane.network.pod.PodId;
import io.biplane.node.standin.ServedPod;
import io.biplane.node.standin.ServedState;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A pod as it stands on this machine. Confined to the worker that has the pod's key, save for the
 * final fields.
 */
final class LocalPod {
    final PodId id;
    final NodePods node;
    final boolean hostNetwork;
    final Path netns;
    final List<Addr> addresses;

    /** What the stand-ins were last told, by which instance of them, and what they answered. */
    @Nullable ServedPod served;

    String instance = "";
    @Nullable ServedState state;

    /** Why its network is cut off and could not be repaired yet; empty if it is not. */
    Optional<String> cutOff = Optional.empty();

    /** What they answered may no longer be so. */
    boolean unsure;

    /** When its end was first seen to be asked for. */
    @Nullable Instant ending;

    LocalPod(PodId id, NodePods node, boolean hostNetwork, Path netns, List<Addr> addresses) {
        this.id = id;
        this.node = node;
        this.hostNetwork = hostNetwork;
        this.netns = netns;
        this.addresses = addresses;
    }
}
