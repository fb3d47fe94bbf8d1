package io.biplane.linux.route.desired;

import io.biplane.linux.route.Address;
import io.biplane.linux.route.Link;
import io.biplane.linux.route.Neighbour;
import io.biplane.linux.route.Route;
import io.biplane.linux.route.RouteSocket;
import io.biplane.netip.IpFamily;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a namespace has, as the kernel says. */
public record Snapshot(
        List<Link> links, List<Address> addresses, List<Route> routes, List<Neighbour> neighbours) {
    public Snapshot {
        links = List.copyOf(links);
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
        neighbours = List.copyOf(neighbours);
    }

    /** Reads all of it; things that change meanwhile may be of different moments. */
    public static Snapshot read(RouteSocket socket) {
        List<Route> routes = new ArrayList<>();
        List<Neighbour> neighbours = new ArrayList<>();
        for (IpFamily family : IpFamily.values()) {
            routes.addAll(socket.routes(family));
            neighbours.addAll(socket.neighbours(family));
        }
        return new Snapshot(socket.links(), socket.addresses(), routes, neighbours);
    }

    /** The link of that name. */
    public Optional<Link> link(String name) {
        return links.stream().filter(link -> link.name().equals(name)).findFirst();
    }
}
