package io.biplane.linux.conntrack;

import io.biplane.netip.Addr;

/**
 * A tracked connection or exchange of datagrams.
 *
 * @param protocol the transport protocol's number, such as 17 for UDP
 * @param original the first packet's addresses, before any translation
 * @param reply an answer's: its source is the endpoint that a translated destination led to
 * @param id the kernel's number for it
 */
public record Flow(int protocol, Tuple original, Tuple reply, int id) {
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int SCTP = 132;

    /**
     * Where packets of one direction come from and go to.
     *
     * @param sourcePort 0 where the protocol has no ports
     * @param destinationPort 0 where the protocol has no ports
     */
    public record Tuple(Addr source, Addr destination, int sourcePort, int destinationPort) {}

    /** Whether the destination was translated, that is, whether someone else answers. */
    public boolean isDestinationTranslated() {
        return !original.destination.equals(reply.source)
                || original.destinationPort != reply.sourcePort;
    }
}
