package io.biplane.apiserver.allocation;

import io.biplane.api.FieldError;
import io.biplane.api.Json;
import io.biplane.api.Kinds;
import io.biplane.api.StatusException;
import io.biplane.api.service.ServiceSpec;
import io.biplane.api.validation.IpTexts;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.AddressAllocator;
import io.biplane.store.Store;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** The cluster IPs of Services: one of each of a Service's families, explicit or chosen. */
final class ServiceAddresses implements AutoCloseable {
    private final Map<IpFamily, AddressAllocator> allocators = new LinkedHashMap<>();
    private final Map<IpFamily, FreeValues<Addr>> free = new LinkedHashMap<>();
    private final ClaimLedger ledger;
    private final ClaimIndex index;

    /**
     * @param ranges of different families, the default family first
     */
    ServiceAddresses(Store store, ClaimLedger ledger, List<Prefix> ranges, RandomGenerator random) {
        this.ledger = ledger;
        for (Prefix range : ranges) {
            allocators.put(range.family(), new AddressAllocator(range, random));
        }
        this.index = new ClaimIndex(store, ClaimKeys.CLUSTER_IPS, new Follower());
        allocators.forEach((family, allocator) ->
                free.put(
                        family,
                        new FreeValues<>(
                                allocator::choose,
                                addr -> ledger.isTaken(ClaimKeys.clusterIp(addr)),
                                index::catchUp,
                                System::nanoTime)));
    }

    /**
     * Keeps the allocators as the claims are; claims outside the ranges, of earlier configurations,
     * are nobody's concern.
     */
    private final class Follower implements ClaimIndex.Target {
        @Override
        public void taken(String name) {
            Addr addr = Addr.parse(name);
            Optional.ofNullable(allocators.get(addr.family())).ifPresent(a -> a.occupy(addr));
        }

        @Override
        public void freed(String name) {
            Addr addr = Addr.parse(name);
            Optional.ofNullable(allocators.get(addr.family())).ifPresent(a -> a.release(addr));
        }

        @Override
        public void reset() {
            allocators.values().forEach(AddressAllocator::clear);
        }
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
     * @throws StatusException 422 an address is taken or out of range, 500 a range is full
     */
    void fill(ObjectNode service, Set<String> held, boolean dryRun) {
        ServiceSpec spec = ServiceSpec.of(service);
        if (!spec.usesClusterIps() || spec.clusterIp().equals(ServiceSpec.NONE)) {
            return;
        }
        List<String> addresses = new ArrayList<>(spec.clusterIps());
        for (String text : addresses) {
            IpTexts.lenient(text).ifPresent(addr -> check(service, text, addr, held));
        }
        List<IpFamily> families = families(spec);
        for (int i = addresses.size(); i < families.size(); i++) {
            addresses.add(find(service, families.get(i), dryRun).toString());
        }
        spec.setClusterIps(addresses);
    }

    /**
     * Where the dual-stack gate is off, Services have no families, and one address of the default
     * family.
     */
    private List<IpFamily> families(ServiceSpec spec) {
        return spec.families().isEmpty()
                ? allocators.keySet().stream().limit(1).toList()
                : spec.families().stream().map(IpFamily::ofApiName).toList();
    }

    private void check(ObjectNode service, String text, Addr addr, Set<String> held) {
        String key = ClaimKeys.clusterIp(addr);
        if (held.contains(key)) {
            return;
        }
        AddressAllocator allocator = allocators.get(addr.family());
        if (allocator == null || !allocator.isUsable(addr)) {
            String valid =
                    allocator == null ? "" : " The range of valid IPs is " + allocator.range();
            throw refused(
                    service,
                    text,
                    "the provided IP (%s) is not in the valid range.%s".formatted(text, valid));
        }
        if (ledger.isTaken(key)) {
            throw refused(service, text, "provided IP is already allocated");
        }
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
                Kinds.SERVICES, Json.string(service, "metadata", "name"), List.of(error));
    }

    private Addr find(ObjectNode service, IpFamily family, boolean dryRun) {
        AddressAllocator allocator = allocators.get(family);
        FreeValues<Addr> values = free.get(family);
        if (allocator == null || values == null) {
            throw new IllegalStateException(
                    "no service range for %s; the rules of Services let it pass".formatted(family));
        }
        if (dryRun) {
            // As upstream: nothing is claimed, so that no real address may be shown.
            return allocator.range().first();
        }
        return values.find(Set.of())
                .orElseThrow(() ->
                        StatusException.internal(
                                "failed to allocate a serviceIP for Service \"%s\": range is full"
                                        .formatted(Json.string(service, "metadata", "name"))));
    }

    @Override
    public void close() {
        index.close();
    }
}
