package io.biplane.apiserver.allocation;

import io.biplane.netip.TransportProtocol;

import java.util.Optional;

/** What a Service claims on all nodes: TCP 30080 and UDP 30080 may belong to two Services. */
record NodePort(TransportProtocol protocol, int number) {
    /** Reads what follows {@link ClaimKeys#NODE_PORTS} in a key; empty if it is no such key. */
    static Optional<NodePort> read(String name) {
        int slash = name.indexOf('/');
        try {
            return slash < 0
                    ? Optional.empty()
                    : TransportProtocol.ofApiName(name.substring(0, slash))
                            .map(protocol ->
                                    new NodePort(
                                            protocol, Integer.parseInt(name.substring(slash + 1))));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }
}
