package io.biplane.linux.route.desired;

import io.biplane.linux.route.Mac;
import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A link that is up, with all that it is to have. Whoever desires it makes the link itself.
 *
 * @param master the bridge it is a port of
 * @param arp false: it neither asks for neighbours nor learns any
 * @param addresses with the length of the prefix that is on the link
 * @param neighbours all permanent
 * @param routes of the main table by way of this link
 */
public record DesiredLink(
        String name,
        Optional<Mac> mac,
        OptionalInt mtuBytes,
        Optional<String> master,
        boolean arp,
        List<LinkAddress> addresses,
        Map<Addr, Mac> neighbours,
        List<LinkRoute> routes) {

    /** An address and the length of the prefix that is on the link. */
    public record LinkAddress(Addr addr, int bits) {
        @Override
        public String toString() {
            return addr + "/" + bits;
        }
    }

    /**
     * A route by way of the link.
     *
     * @param via empty: the destination is on the link
     * @param source the address that packets of this host get
     */
    public record LinkRoute(Prefix destination, Optional<Addr> via, Optional<Addr> source) {
        public static LinkRoute direct(Prefix destination) {
            return new LinkRoute(destination, Optional.empty(), Optional.empty());
        }

        public static LinkRoute via(Prefix destination, Addr via) {
            return new LinkRoute(destination, Optional.of(via), Optional.empty());
        }

        public LinkRoute from(Addr source) {
            return new LinkRoute(destination, via, Optional.of(source));
        }

        @Override
        public String toString() {
            return destination + via.map(v -> " via " + v).orElse("");
        }
    }

    public DesiredLink {
        addresses = List.copyOf(addresses);
        neighbours = Map.copyOf(neighbours);
        routes = List.copyOf(routes);
    }

    /** A link of which nothing is asked yet but that it is up. */
    public static DesiredLink named(String name) {
        return new DesiredLink(
                name,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                true,
                List.of(),
                Map.of(),
                List.of());
    }

    public DesiredLink withMac(Mac address) {
        return new DesiredLink(
                name, Optional.of(address), mtuBytes, master, arp, addresses, neighbours, routes);
    }

    public DesiredLink withMtu(int bytes) {
        return new DesiredLink(
                name, mac, OptionalInt.of(bytes), master, arp, addresses, neighbours, routes);
    }

    public DesiredLink withMaster(String bridge) {
        return new DesiredLink(
                name, mac, mtuBytes, Optional.of(bridge), arp, addresses, neighbours, routes);
    }

    public DesiredLink withoutArp() {
        return new DesiredLink(name, mac, mtuBytes, master, false, addresses, neighbours, routes);
    }

    public DesiredLink with(Addr addr, int bits) {
        List<LinkAddress> more = new ArrayList<>(addresses);
        more.add(new LinkAddress(addr, bits));
        return new DesiredLink(name, mac, mtuBytes, master, arp, more, neighbours, routes);
    }

    public DesiredLink withNeighbour(Addr addr, Mac address) {
        Map<Addr, Mac> more = new LinkedHashMap<>(neighbours);
        more.put(addr, address);
        return new DesiredLink(name, mac, mtuBytes, master, arp, addresses, more, routes);
    }

    public DesiredLink with(LinkRoute route) {
        List<LinkRoute> more = new ArrayList<>(routes);
        more.add(route);
        return new DesiredLink(name, mac, mtuBytes, master, arp, addresses, neighbours, more);
    }
}
