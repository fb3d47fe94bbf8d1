package io.biplane.network.pod;

import io.biplane.netip.Addr;

import java.nio.file.Path;
import java.util.List;

/**
 * A pod that is attached to its node.
 *
 * @param netns where the pod's namespace is bound
 * @param link the node's end of its veth
 * @param addresses as routed to it, the primary first
 */
public record Attachment(Path netns, String link, List<Addr> addresses) {
    public Attachment {
        addresses = List.copyOf(addresses);
    }
}
