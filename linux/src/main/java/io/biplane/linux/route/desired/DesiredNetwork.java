package io.biplane.linux.route.desired;

import io.biplane.linux.route.RouteSocket;
import io.biplane.netip.Prefix;

import java.util.List;

/**
 * What a namespace is to have; other links, addresses and routes may be there besides.
 *
 * @param unreachable destinations whose packets are answered with "unreachable"
 */
public record DesiredNetwork(List<DesiredLink> links, List<Prefix> unreachable) {
    public DesiredNetwork {
        links = List.copyOf(links);
        unreachable = List.copyOf(unreachable);
    }

    public static DesiredNetwork of(DesiredLink... links) {
        return new DesiredNetwork(List.of(links), List.of());
    }

    /**
     * Gives the socket's namespace what it lacks; links have been made before.
     *
     * @return what was missing or wrong
     */
    public List<String> restore(RouteSocket socket) {
        Difference difference = compare(socket);
        socket.ensure(difference.changes());
        return difference.texts();
    }

    /** How the socket's namespace differs. */
    public Difference compare(RouteSocket socket) {
        return Difference.between(Snapshot.read(socket, this), this);
    }
}
