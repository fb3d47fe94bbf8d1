package io.biplane.cli.validate;

import io.biplane.linux.Sysctl;
import io.biplane.linux.route.Neighbour;
import io.biplane.linux.route.Route;
import io.biplane.linux.route.RouteSocket;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Something that must hold in a namespace, so that packets of one family find their way. */
sealed interface NetworkFact {
    IpFamily family();

    /** Some link has the address. */
    record HasAddress(Addr address) implements NetworkFact {
        @Override
        public IpFamily family() {
            return address.family();
        }

        @Override
        public String toString() {
            return "address " + address;
        }
    }

    /** The main table has a route; without a next hop, directly by a link. */
    record HasRoute(Prefix destination, Optional<Addr> via) implements NetworkFact {
        @Override
        public IpFamily family() {
            return destination.family();
        }

        @Override
        public String toString() {
            return "route %s%s".formatted(destination, via.map(v -> " via " + v).orElse(""));
        }
    }

    /** The neighbour is known for good, without asking. */
    record KnowsNeighbour(Addr address) implements NetworkFact {
        @Override
        public IpFamily family() {
            return address.family();
        }

        @Override
        public String toString() {
            return "permanent neighbour " + address;
        }
    }

    /** Packets that are not for this namespace are passed on. */
    record Forwards(IpFamily family) implements NetworkFact {
        private String sysctl() {
            return family == IpFamily.IPV4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
        }

        @Override
        public String toString() {
            return sysctl() + "=1";
        }
    }

    static NetworkFact route(Prefix destination, Addr via) {
        return new HasRoute(destination, Optional.of(via));
    }

    static NetworkFact defaultRoute(Addr via) {
        IpFamily family = via.family();
        return route(Prefix.parse(family == IpFamily.IPV4 ? "0.0.0.0/0" : "::/0"), via);
    }

    static NetworkFact hostRoute(Addr address) {
        return new HasRoute(Prefix.of(address, address.family().bits()), Optional.empty());
    }

    /** All that holds in a namespace now; asked on a thread that is in it. */
    static Set<NetworkFact> observedHere(RouteSocket socket) {
        Set<NetworkFact> facts = new HashSet<>();
        socket.addresses().forEach(address -> facts.add(new HasAddress(address.addr())));
        for (IpFamily family : IpFamily.values()) {
            Forwards forwards = new Forwards(family);
            if (Sysctl.get(forwards.sysctl()).equals("1")) {
                facts.add(forwards);
            }
            for (Route route : socket.routes(family)) {
                if (route.table() == Route.MAIN && route.kind() == Route.Kind.UNICAST) {
                    facts.add(new HasRoute(route.destination(), route.via()));
                }
            }
            for (Neighbour neighbour : socket.neighbours(family)) {
                if (neighbour.permanent()) {
                    facts.add(new KnowsNeighbour(neighbour.addr()));
                }
            }
        }
        return facts;
    }
}
