package io.biplane.apiserver.allocation;

import io.biplane.api.FieldError;
import io.biplane.api.Json;
import io.biplane.api.Kinds;
import io.biplane.api.StatusException;
import io.biplane.api.service.ServiceSpec;
import io.biplane.netip.IpFamily;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.Condition;
import io.biplane.store.Store;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.util.LinkedHashSet;
import java.util.List;
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

    ServiceAllocation(Store store, IpFamily primary, PortRange nodePorts, RandomGenerator random) {
        this.ledger = new ClaimLedger(store);
        this.addresses = new ServiceAddresses(store, ledger, primary, random);
        this.ports = new ServicePorts(store, ledger, nodePorts, random);
    }

    @Override
    public Claims plan(ObjectNode service, @Nullable ObjectNode old, boolean dryRun) {
        Set<String> held = old == null ? Set.of() : keys(old);
        Set<Condition> sources = addresses.fill(service, held, dryRun);
        ports.fill(service, held, dryRun);
        if (dryRun) {
            return Claims.NONE;
        }
        Claims claims = ledger.change(held, keys(service), Owner.of(Kinds.SERVICES, service));
        if (claims.ops().size() > ClaimLedger.MAX_CHANGES) {
            FieldError error =
                    FieldError.tooMany("spec.ports", claims.ops().size(), ClaimLedger.MAX_CHANGES);
            throw StatusException.invalid(
                    Kinds.SERVICES, Json.string(service, "metadata", "name"), List.of(error));
        }
        return claims.provided(sources);
    }

    @Override
    public Claims release(ObjectNode service) {
        return ledger.change(keys(service), Set.of(), Owner.of(Kinds.SERVICES, service));
    }

    private Set<String> keys(ObjectNode service) {
        ServiceSpec spec = ServiceSpec.of(service);
        Set<String> keys = new LinkedHashSet<>(addresses.keys(spec));
        keys.addAll(ports.keys(spec));
        return keys;
    }

    @Override
    public void close() {
        addresses.close();
        ports.close();
    }
}
