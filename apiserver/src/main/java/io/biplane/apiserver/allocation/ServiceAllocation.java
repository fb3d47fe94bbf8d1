package io.biplane.apiserver.allocation;

import io.biplane.api.kind.Kinds;
import io.biplane.api.service.ServiceSpec;
import io.biplane.netip.IpFamily;
import io.biplane.store.Condition;
import io.biplane.store.Store;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Cluster IPs, node ports and health-check node ports of Services. What a Service holds is read off
 * its spec, so that claims and releases of a change are the difference of two specs: a failed write
 * lets nothing leak, of no family.
 */
final class ServiceAllocation implements Allocation, AutoCloseable {
    private final ClaimLedger ledger;
    private final ServiceAddresses addresses;
    private final ServicePorts ports;

    ServiceAllocation(
            Store store, IpFamily primary, NodePortRange nodePorts, RandomGenerator random) {
        this.ledger = new ClaimLedger(store);
        this.addresses = new ServiceAddresses(store, ledger, primary, random);
        this.ports = new ServicePorts(store, ledger, nodePorts, random);
    }

    @Override
    public Claims plan(ObjectNode service, @Nullable ObjectNode old, boolean dryRun) {
        Set<String> held = old == null ? Set.of() : addresses.keys(ServiceSpec.of(old));
        Set<Condition> sources = addresses.fill(service, held, dryRun);
        Claims onPorts = ports.plan(service, old, dryRun);
        if (dryRun) {
            return Claims.NONE;
        }
        Set<String> wanted = addresses.keys(ServiceSpec.of(service));
        return ledger.change(held, wanted, Owner.of(Kinds.SERVICES, service))
                .with(onPorts)
                .provided(sources);
    }

    @Override
    public Claims release(ObjectNode service) {
        Set<String> held = addresses.keys(ServiceSpec.of(service));
        return ledger.change(held, Set.of(), Owner.of(Kinds.SERVICES, service))
                .with(ports.release(service));
    }

    @Override
    public void close() {
        addresses.close();
        ports.close();
    }
}
