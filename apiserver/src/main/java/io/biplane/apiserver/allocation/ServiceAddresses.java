package io.biplane.apiserver.allocation;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.service.ServiceSpec;
import io.biplane.api.validation.IpTexts;
import io.biplane.apiserver.allocation.AddressPools.Chosen;
import io.biplane.apiserver.allocation.AddressPools.Pool;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.store.Condition;
import io.biplane.store.Store;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * The cluster IPs of Services: one of each of a Service's families, explicit or chosen, out of any
 * usable block of a ServiceCIDR.
 */
final class ServiceAddresses implements AutoCloseable {
    private static final int MOST_NAMED = 8;

    private final ServiceRanges ranges;
    private final AddressPools pools;
    private final ClaimLedger ledger;
    private final IpFamily primary;

    /**
     * @param primary the cluster's default family
     */
    ServiceAddresses(Store store, ClaimLedger ledger, IpFamily primary, RandomGenerator random) {
        this.ranges = new ServiceRanges(store);
        this.ledger = ledger;
        this.primary = primary;
        this.pools = new AddressPools(store, ledger, random);
    }

    /** The claims that a Service with these addresses holds. */
    Set<String> keys(ServiceSpec spec) {
        Set<String> keys = new LinkedHashSet<>();
        if (spec.usesClusterIps()) {
            spec.clusterIps().stream()
                    .map(IpTexts::lenient)
                    .flatMap(Optional::stream)
                    .map(ClaimKeys::clusterIp)
                    .forEach(keys::add);
        }
        return keys;
    }

    /**
     * Checks the addresses asked for and fills in those that are missing.
     *
     * @param held claims that the stored Service holds, which are not asked for anew
     * @return what the addresses that are taken anew depend on
     * @throws StatusException 422 an address is taken or out of range, 500 all ranges are full
     */
    Set<Condition> fill(ObjectNode service, Set<String> held, boolean dryRun) {
        ServiceSpec spec = ServiceSpec.of(service);
        Set<Condition> conditions = new LinkedHashSet<>();
        if (!spec.usesClusterIps() || spec.clusterIp().equals(ServiceSpec.NONE)) {
            return conditions;
        }
        List<String> addresses = new ArrayList<>(spec.clusterIps());
        List<IpFamily> families = families(spec);
        List<String> asked =
                addresses.stream()
                        .filter(text ->
                                IpTexts.lenient(text).filter(a -> isNew(a, held)).isPresent())
                        .toList();
        if (asked.isEmpty() && addresses.size() >= families.size()) {
            return conditions;
        }
        List<Pool> usable = pools.of(ranges.usable());
        for (String text : asked) {
            Addr addr = IpTexts.lenient(text).orElseThrow();
            conditions.add(check(service, text, addr, of(addr.family(), usable)));
        }
        for (int i = addresses.size(); i < families.size(); i++) {
            List<Pool> candidates = of(families.get(i), usable);
            Chosen chosen = find(service, candidates, dryRun);
            addresses.add(chosen.addr().toString());
            conditions.add(chosen.block().unchanged());
        }
        spec.setClusterIps(addresses);
        return conditions;
    }

    private static boolean isNew(Addr addr, Set<String> held) {
        return !held.contains(ClaimKeys.clusterIp(addr));
    }

    private static List<Pool> of(IpFamily family, List<Pool> usable) {
        return usable.stream().filter(p -> p.block().prefix().family() == family).toList();
    }

    /**
     * Where the dual-stack gate is off, Services have no families, and one address of the default
     * family.
     */
    private List<IpFamily> families(ServiceSpec spec) {
        return spec.families().isEmpty()
                ? List.of(primary)
                : spec.families().stream().map(IpFamily::ofApiName).toList();
    }

    /** What an address that was asked for depends on. */
    private Condition check(ObjectNode service, String text, Addr addr, List<Pool> usable) {
        Pool pool =
                usable.stream()
                        .filter(p -> p.allocator().isUsable(addr))
                        .findFirst()
                        .orElseThrow(() ->
                                refused(
                                        service,
                                        text,
                                        "the provided network does not match the current range (%s)"
                                                .formatted(describe(usable, addr.family()))));
        if (ledger.isTaken(ClaimKeys.clusterIp(addr))) {
            throw refused(service, text, "provided IP is already allocated");
        }
        return pool.block().unchanged();
    }

    private static String describe(List<Pool> usable, IpFamily family) {
        if (usable.isEmpty()) {
            return "no ServiceCIDR with an %s block is usable".formatted(family.apiName());
        }
        String named =
                usable.stream()
                        .limit(MOST_NAMED)
                        .map(Pool::block)
                        .map(b -> "%s of ServiceCIDR %s".formatted(b.prefix(), b.name()))
                        .collect(Collectors.joining(", "));
        return "usable: %s%s; the first address of a block is never given, nor the last of an IPv4 one"
                .formatted(named, usable.size() > MOST_NAMED ? ", …" : "");
    }

    private static StatusException refused(ObjectNode service, String text, String why) {
        ArrayNode all = Json.array();
        ServiceSpec.of(service).clusterIps().forEach(all::add);
        FieldError error =
                FieldError.invalid(
                        "spec.clusterIPs",
                        all,
                        "failed to allocate IP %s: %s".formatted(text, why));
        return StatusException.invalid(
                Kinds.SERVICES, Fields.string(service, "metadata", "name"), List.of(error));
    }

    private Chosen find(ObjectNode service, List<Pool> usable, boolean dryRun) {
        Optional<Chosen> chosen =
                dryRun
                        // As upstream: nothing is claimed, so that no real address may be shown.
                        ? usable.stream()
                                .findFirst()
                                .map(p -> new Chosen(p.block().prefix().first(), p.block()))
                        : pools.choose(usable);
        return chosen.orElseThrow(() ->
                StatusException.internal(
                        "failed to allocate a serviceIP for Service \"%s\": range is full"
                                .formatted(Fields.string(service, "metadata", "name"))));
    }

    @Override
    public void close() {
        pools.close();
    }
}
