package io.biplane.apiserver.allocation;

import io.biplane.api.Resource;
import io.biplane.api.kind.Kinds;
import io.biplane.netip.IpFamily;
import io.biplane.store.Store;

import java.security.SecureRandom;
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
     * @param primary the cluster's default family; which addresses there are, the ServiceCIDRs in
     *     the store say
     */
    public Allocations(Store store, IpFamily primary, NodePortRange nodePorts) {
        this(store, primary, nodePorts, new SecureRandom());
    }

    Allocations(Store store, IpFamily primary, NodePortRange nodePorts, RandomGenerator random) {
        this.services = new ServiceAllocation(store, primary, nodePorts, random);
        this.byResource =
                Map.of(
                        Kinds.SERVICES, services,
                        Kinds.NODES, new NodeAllocation(store),
                        Kinds.IP_ADDRESSES, new IpAddresses(store));
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
