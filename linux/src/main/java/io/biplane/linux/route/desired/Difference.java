package io.biplane.linux.route.desired;

import io.biplane.linux.route.Address;
import io.biplane.linux.route.Change;
import io.biplane.linux.route.Link;
import io.biplane.linux.route.Neighbour;
import io.biplane.linux.route.Route;
import io.biplane.linux.route.desired.DesiredLink.LinkAddress;
import io.biplane.linux.route.desired.DesiredLink.LinkRoute;
import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a namespace differs from what it is to have: in words, and as the changes that mend it. Links
 * that are not there are named only.
 *
 * @param texts one for each thing that is missing or wrong, such as {@code eth0: address
 *     10.244.1.5/32 is missing}
 * @param changes in an order in which the kernel takes them; what the others bring along (a link
 *     that was down has lost its routes) is among them
 * @param missingLinks links that someone has to make first; of what hangs on them nothing is said
 */
public record Difference(List<String> texts, List<Change> changes, List<String> missingLinks) {
    public Difference {
        texts = List.copyOf(texts);
        changes = List.copyOf(changes);
        missingLinks = List.copyOf(missingLinks);
    }

    /** Whether all is as desired. */
    public boolean isNone() {
        return texts.isEmpty() && missingLinks.isEmpty();
    }

    /** What {@code found} lacks of {@code desired}. */
    public static Difference between(Snapshot found, DesiredNetwork desired) {
        Comparison comparison = new Comparison(found);
        desired.links().forEach(comparison::link);
        desired.unreachable().forEach(comparison::unreachable);
        List<Change> changes = new ArrayList<>(comparison.settings);
        changes.addAll(comparison.addresses);
        changes.addAll(comparison.neighbours);
        changes.addAll(comparison.routes);
        return new Difference(comparison.texts, changes, comparison.missingLinks);
    }

    /** Index keys: a link's address or neighbour, by the link's index. */
    private record OfLink(int link, Addr addr) {}

    private static final class Comparison {
        final List<String> texts = new ArrayList<>();
        final List<String> missingLinks = new ArrayList<>();
        final List<Change> settings = new ArrayList<>();
        final List<Change> addresses = new ArrayList<>();
        final List<Change> neighbours = new ArrayList<>();
        final List<Change> routes = new ArrayList<>();

        private final Map<String, Link> links = new HashMap<>();
        private final Map<Integer, String> names = new HashMap<>();
        private final Map<OfLink, Address> addressesThere = new HashMap<>();
        private final Map<OfLink, Neighbour> neighboursThere = new HashMap<>();
        private final Map<Prefix, Set<Route>> routesThere = new HashMap<>();

        Comparison(Snapshot found) {
            found.links().forEach(link -> links.put(link.name(), link));
            found.links().forEach(link -> names.put(link.index(), link.name()));
            found.addresses()
                    .forEach(a -> addressesThere.put(new OfLink(a.linkIndex(), a.addr()), a));
            found.neighbours()
                    .forEach(n -> neighboursThere.put(new OfLink(n.linkIndex(), n.addr()), n));
            for (Route route : found.routes()) {
                if (route.table() == Route.MAIN) {
                    routesThere
                            .computeIfAbsent(route.destination(), _ -> new HashSet<>())
                            .add(route);
                }
            }
        }

        void link(DesiredLink desired) {
            Link link = links.get(desired.name());
            if (link == null) {
                missingLinks.add(desired.name());
                return;
            }
            boolean altered = settings(link, desired);
            int index = link.index();
            desired.addresses().forEach(a -> address(desired.name(), index, a, altered));
            desired.neighbours()
                    .forEach((addr, mac) ->
                            neighbour(
                                    desired.name(),
                                    Neighbour.permanent(index, addr, mac),
                                    altered));
            desired.routes().forEach(r -> route(desired.name(), index, r, altered));
        }

        /** Whether the link's own settings were wrong: the kernel then forgets what hangs on it. */
        private boolean settings(Link link, DesiredLink desired) {
            Change.SetLink set = Change.SetLink.upWithoutAutoconf(link.name());
            List<String> wrong = new ArrayList<>();
            if (!link.up()) {
                wrong.add("is down");
            }
            if (desired.mac().isPresent() && !link.mac().equals(desired.mac())) {
                wrong.add("has not the address " + desired.mac().get());
                set = set.withMac(desired.mac().get());
            }
            if (desired.mtuBytes().isPresent()
                    && link.mtuBytes() != desired.mtuBytes().getAsInt()) {
                wrong.add("has MTU %d".formatted(link.mtuBytes()));
                set = set.withMtu(desired.mtuBytes().getAsInt());
            }
            if (link.arp() != desired.arp() && !link.name().equals("lo")) {
                wrong.add("has ARP " + (link.arp() ? "on" : "off"));
                set = set.withArp(desired.arp());
            }
            Optional<Link> master = desired.master().map(links::get);
            if (master.isPresent() && link.masterIndex().orElse(0) != master.get().index()) {
                wrong.add("is no port of " + master.get().name());
                set = set.withMaster(master.get().index());
            }
            if (!wrong.isEmpty()) {
                texts.add("link %s %s".formatted(link.name(), String.join(", ", wrong)));
                settings.add(set);
            }
            return !wrong.isEmpty();
        }

        private void address(String link, int index, LinkAddress desired, boolean altered) {
            Address there = addressesThere.get(new OfLink(index, desired.addr()));
            boolean right = there != null && there.bits() == desired.bits();
            if (!right) {
                texts.add("%s: address %s is missing".formatted(link, desired));
            }
            if (!right && there != null) {
                addresses.add(new Change.DeleteAddress(there));
            }
            if (!right || altered) {
                addresses.add(
                        new Change.AddAddress(Address.of(index, desired.addr(), desired.bits())));
            }
            // With the address comes the route to what is on the link; only that one can be gone.
            if (right && !altered && desired.bits() < desired.addr().family().bits()) {
                Prefix onLink = Prefix.of(desired.addr(), desired.bits());
                route(link, index, LinkRoute.direct(onLink), false);
            }
        }

        private void neighbour(String link, Neighbour desired, boolean altered) {
            Neighbour there = neighboursThere.get(new OfLink(desired.linkIndex(), desired.addr()));
            boolean right = desired.equals(there);
            if (!right) {
                texts.add("%s: neighbour %s is missing".formatted(link, desired.addr()));
            }
            if (!right || altered) {
                neighbours.add(new Change.ReplaceNeighbour(desired));
            }
        }

        private void route(String link, int index, LinkRoute desired, boolean altered) {
            boolean right =
                    routesThere.getOrDefault(desired.destination(), Set.of()).stream()
                            .anyMatch(route ->
                                    route.kind() == Route.Kind.UNICAST
                                            && route.linkIndex() == index
                                            && route.via().equals(desired.via())
                                            && (desired.source().isEmpty()
                                                    || route.preferredSource()
                                                            .equals(desired.source())));
            if (!right) {
                texts.add("%s: route %s is missing".formatted(link, desired));
            }
            if (!right || altered) {
                Route route =
                        desired.via()
                                .map(via -> Route.via(desired.destination(), via, index))
                                .orElseGet(() -> Route.direct(desired.destination(), index));
                routes.add(
                        new Change.ReplaceRoute(desired.source().map(route::from).orElse(route)));
            }
        }

        void unreachable(Prefix destination) {
            boolean right =
                    routesThere.getOrDefault(destination, Set.of()).stream()
                            .anyMatch(route -> route.kind() == Route.Kind.UNREACHABLE);
            if (!right) {
                texts.add("unreachable route %s is missing".formatted(destination));
                routes.add(new Change.ReplaceRoute(Route.unreachable(destination)));
            }
        }
    }
}
