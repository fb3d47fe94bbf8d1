package io.biplane.network.fabric;

import io.biplane.netip.DualStack;
import io.biplane.netip.Prefix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
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
    /** More would only say the same of other numbers. */
    private static final int REFUSALS_NAMED = 2;

    /**
     * All that speaks against the given ranges, and against every choice of the others.
     *
     * @param hostRoutes the host's routes of both families; those of the cluster's own link are
     *     passed over
     * @return sentences with range, flag, reason and remedy; empty if {@link #against} has a choice
     */
    public List<String> faults(List<HostRoute> hostRoutes) {
        List<HostRoute> routes = ofOthers(hostRoutes);
        List<String> faults = new ArrayList<>();
        clashes("--cluster-cidr", pods, routes, faults);
        clashes("--service-cluster-ip-range", services, routes, faults);
        if (pods.isPresent() && services.isPresent()) {
            contradictions(pods.get(), services.get(), faults);
        }
        if (faults.isEmpty() && firstPlan(routes).isEmpty()) {
            faults.add(noPlan(routes));
        }
        return faults;
    }

    /**
     * @param hostRoutes as for {@link #faults}
     * @throws NetworkClashException with all faults
     */
    public ClusterNetwork against(List<HostRoute> hostRoutes) {
        List<String> faults = faults(hostRoutes);
        if (!faults.isEmpty()) {
            throw new NetworkClashException(String.join("\n", faults));
        }
        ClusterNetwork plan = firstPlan(ofOthers(hostRoutes)).orElseThrow();
        return plan.with(pods.orElse(plan.pods()), services.orElseGet(() -> servicesForPods(plan)));
    }

    /** Nobody would answer at Services of a family that no pod has. */
    private DualStack<Prefix> servicesForPods(ClusterNetwork plan) {
        DualStack<Prefix> podRanges = pods.orElse(plan.pods());
        return DualStack.ofPrefixes(
                plan.services().values().stream()
                        .filter(range -> podRanges.get(range.family()).isPresent())
                        .toList());
    }

    private List<HostRoute> ofOthers(List<HostRoute> routes) {
        String ownLink = "bp-" + name;
        return routes.stream().filter(r -> !r.device().equals(ownLink)).toList();
    }

    private Stream<ClusterNetwork> plans() {
        return IntStream.range(0, ClusterNetwork.PLANS)
                .mapToObj(index -> ClusterNetwork.plan(name, index));
    }

    private Optional<ClusterNetwork> firstPlan(List<HostRoute> routes) {
        return plans().filter(plan -> fault(plan, routes).isEmpty()).findFirst();
    }

    private String noPlan(List<HostRoute> routes) {
        List<String> refusals = plans().flatMap(plan -> fault(plan, routes).stream()).toList();
        return "none of the %d default plans fits this host: %s; and so on (give ranges that are free and do not overlap by --cluster-cidr and --service-cluster-ip-range, or remove the routes)"
                .formatted(
                        ClusterNetwork.PLANS,
                        String.join("; ", refusals.subList(0, REFUSALS_NAMED)));
    }

    private static void clashes(
            String flag,
            Optional<DualStack<Prefix>> given,
            List<HostRoute> routes,
            List<String> faults) {
        for (Prefix range : given.map(DualStack::values).orElse(List.of())) {
            clash(range, routes)
                    .ifPresent(route ->
                            faults.add(
                                    "%s %s overlaps the host's route \"%s\" (give another range by %s, or remove that route)"
                                            .formatted(flag, range, route, flag)));
        }
    }

    private static void contradictions(
            DualStack<Prefix> pods, DualStack<Prefix> services, List<String> faults) {
        for (Prefix podRange : pods.values()) {
            for (Prefix serviceRange : services.values()) {
                if (podRange.overlaps(serviceRange)) {
                    faults.add(
                            "--cluster-cidr %s overlaps --service-cluster-ip-range %s: an address there would be a pod's and a Service's (give ranges that do not overlap)"
                                    .formatted(podRange, serviceRange));
                }
            }
        }
        Prefix primary = services.primary();
        if (pods.get(primary.family()).isEmpty()) {
            faults.add(
                    "--service-cluster-ip-range %s: no pod has an %s address to answer there (add an %s range to --cluster-cidr, or put another family first)"
                            .formatted(
                                    primary,
                                    primary.family().apiName(),
                                    primary.family().apiName()));
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
