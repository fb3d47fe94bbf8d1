package io.biplane.linux.route.desired;

import io.biplane.linux.route.Address;
import io.biplane.linux.route.Link;
import io.biplane.linux.route.Neighbour;
import io.biplane.linux.route.Route;
import io.biplane.linux.route.RouteSocket;
import io.biplane.netip.IpFamily;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a namespace has, as the kernel says. */
public record Snapshot(
        List<Link> links, List<Address> addresses, List<Route> routes, List<Neighbour> neighbours) {
    private static final int FEW = 4;

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

    /**
     * Reads what says whether a namespace has what it is to have: where that is only a few links,
     * no more than those, so that it does not take longer the more others there are.
     */
    static Snapshot read(RouteSocket socket, DesiredNetwork desired) {
        Set<String> names = new LinkedHashSet<>();
        for (DesiredLink link : desired.links()) {
            names.add(link.name());
            link.master().ifPresent(names::add);
        }
        if (names.size() > FEW) {
            return read(socket);
        }
        List<Link> links = names.stream().flatMap(name -> socket.link(name).stream()).toList();
        List<Address> addresses = new ArrayList<>();
        List<Route> routes = new ArrayList<>();
        List<Neighbour> neighbours = new ArrayList<>();
        for (Link link : links) {
            addresses.addAll(socket.addresses(link.index()));
            for (IpFamily family : IpFamily.values()) {
                routes.addAll(socket.routes(family, link.index()));
                neighbours.addAll(socket.neighbours(family, link.index()));
            }
        }
        if (!desired.unreachable().isEmpty()) {
            for (IpFamily family : IpFamily.values()) {
                routes.addAll(socket.unreachable(family));
            }
        }
        return new Snapshot(links, addresses, routes, neighbours);
    }

    /** The link of that name. */
    public Optional<Link> link(String name) {
        return links.stream().filter(link -> link.name().equals(name)).findFirst();
    }
}
