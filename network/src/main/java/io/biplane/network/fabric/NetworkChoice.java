package io.biplane.network.fabric;

import io.biplane.netip.DualStack;
import io.biplane.netip.Prefix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Chooses a new cluster's ranges: those that the user gave, and for the rest the first default plan
 * that clashes neither with them nor with a route of the host.
 *
 * @param pods {@code --cluster-cidr}, if given
 * @param services {@code --service-cluster-ip-range}, if given
 */
public record NetworkChoice(
        String name, Optional<DualStack<Prefix>> pods, Optional<DualStack<Prefix>> services) {

    /**
     * @param hostRoutes the host's routes of both families; those of the cluster's own link are
     *     passed over
     * @throws NetworkClashException naming range, flag, route and remedy
     */
    public ClusterNetwork against(List<HostRoute> hostRoutes) {
        String ownLink = "bp-" + name;
        List<HostRoute> routes =
                hostRoutes.stream().filter(r -> !r.device().equals(ownLink)).toList();
        refuseClash("--cluster-cidr", pods, routes);
        refuseClash("--service-cluster-ip-range", services, routes);
        List<String> refusals = new ArrayList<>();
        for (int index = 0; index < ClusterNetwork.PLANS; index++) {
            ClusterNetwork plan = ClusterNetwork.plan(name, index);
            Optional<String> refusal = fault(plan, routes);
            if (refusal.isEmpty()) {
                return plan.with(pods.orElse(plan.pods()), services.orElse(plan.services()));
            }
            refusals.add(refusal.get());
        }
        throw new NetworkClashException(
                "none of the %d default plans fits this host: %s (give free ranges by --cluster-cidr and --service-cluster-ip-range, or remove the routes)"
                        .formatted(ClusterNetwork.PLANS, String.join("; ", refusals)));
    }

    private static void refuseClash(
            String flag, Optional<DualStack<Prefix>> given, List<HostRoute> routes) {
        for (Prefix range : given.map(DualStack::values).orElse(List.of())) {
            clash(range, routes)
                    .ifPresent(route -> {
                        throw new NetworkClashException(
                                "%s %s overlaps the host's route \"%s\" (give another range by %s, or remove that route)"
                                        .formatted(flag, range, route, flag));
                    });
        }
    }

    /** Why the parts of {@code plan} that would be used cannot be, if so. */
    private Optional<String> fault(ClusterNetwork plan, List<HostRoute> routes) {
        List<Prefix> given =
                Stream.of(pods, services)
                        .flatMap(Optional::stream)
                        .flatMap(ranges -> ranges.values().stream())
                        .toList();
        Stream<DualStack<Prefix>> used =
                Stream.of(
                                Stream.of(plan.nodes(), plan.transit(), plan.outside()),
                                pods.isEmpty()
                                        ? Stream.of(plan.pods())
                                        : Stream.<DualStack<Prefix>>of(),
                                services.isEmpty()
                                        ? Stream.of(plan.services())
                                        : Stream.<DualStack<Prefix>>of())
                        .flatMap(s -> s);
        for (Prefix range : used.flatMap(ranges -> ranges.values().stream()).toList()) {
            Optional<HostRoute> route = clash(range, routes);
            if (route.isPresent()) {
                return Optional.of("%s overlaps \"%s\"".formatted(range, route.get()));
            }
            Optional<Prefix> other = given.stream().filter(range::overlaps).findFirst();
            if (other.isPresent()) {
                return Optional.of("%s overlaps the given %s".formatted(range, other.get()));
            }
        }
        return Optional.empty();
    }

    private static Optional<HostRoute> clash(Prefix range, List<HostRoute> routes) {
        return routes.stream().filter(route -> route.clashesWith(range)).findFirst();
    }
}
