package io.biplane.apiserver.allocation;

import io.biplane.api.Kinds;
import io.biplane.api.Resource;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.Store;

import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The allocations of all kinds that hold something; they follow the claims in the store until
 * closed.
 */
public final class Allocations implements AutoCloseable {
    private final ServiceAllocation services;
    private final Map<Resource, Allocation> byResource;

    /**
     * Reads the claims that are there.
     *
     * @param serviceRanges one or two ranges of different families, the default family first
     */
    public Allocations(Store store, List<Prefix> serviceRanges, PortRange nodePorts) {
        this(store, serviceRanges, nodePorts, new SecureRandom());
    }

    Allocations(
            Store store, List<Prefix> serviceRanges, PortRange nodePorts, RandomGenerator random) {
        this.services = new ServiceAllocation(store, serviceRanges, nodePorts, random);
        this.byResource = Map.of(Kinds.SERVICES, services, Kinds.NODES, new NodeAllocation(store));
    }

    /** By kind; kinds that hold nothing are not there. */
    public Map<Resource, Allocation> byResource() {
        return byResource;
    }

    @Override
    public void close() {
        services.close();
    }
}
