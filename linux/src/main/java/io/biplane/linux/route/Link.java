package io.biplane.linux.route;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A network link as the kernel has it.
 *
 * @param mac empty where the link has none of six bytes
 * @param up whether it is set up (its own state, not its carrier's)
 * @param carrier whether the lower layer is up
 * @param arp whether it asks for and learns neighbours
 * @param masterIndex the bridge it is a port of
 * @param kind {@code veth}, {@code bridge}, …; empty for physical links and the loopback
 * @param peerIndex the index of a veth's other end, in that end's namespace
 * @param peerNamespaceId the id that this namespace has for the one of the other end, if it is
 *     another
 */
public record Link(
        int index,
        String name,
        Optional<Mac> mac,
        boolean up,
        boolean carrier,
        boolean arp,
        int mtuBytes,
        OptionalInt masterIndex,
        String kind,
        OptionalInt peerIndex,
        OptionalInt peerNamespaceId) {

    /** A link as the kernel has just made it: down, and speaking ARP. */
    public static Link made(int index, String name, Mac mac, int mtuBytes) {
        return new Link(
                index,
                name,
                Optional.of(mac),
                false,
                false,
                true,
                mtuBytes,
                OptionalInt.empty(),
                "",
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    /** Whether the two are the ends of one veth, each in its namespace. */
    public boolean isPeerOf(Link other) {
        return peerIndex.equals(OptionalInt.of(other.index))
                && other.peerIndex.equals(OptionalInt.of(index));
    }
}
