package io.biplane.api.service;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.Strategy;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/**
 * The rules of Services. Preparing settles families and throws {@link StatusException} (422) where
 * that is not possible, because allocation, which comes next, must know how many addresses to find.
 */
public final class ServiceStrategy implements Strategy {
    private final Resource resource;
    private final ServiceCluster cluster;

    public ServiceStrategy(Resource resource, ServiceCluster cluster) {
        this.resource = resource;
        this.cluster = cluster;
    }

    @Override
    public void applyDefaults(ObjectNode service) {
        StaticDefaults.apply(service);
    }

    @Override
    public void decode(ObjectNode stored) {
        ServiceSpec spec = ServiceSpec.of(stored);
        ReadDefaults.apply(spec, cluster);
        IpFamilyField.show(spec, cluster);
    }

    @Override
    public void prepareForCreate(ObjectNode service) {
        service.putObject("status").putObject("loadBalancer");
        ServiceSpec spec = ServiceSpec.of(service);
        if (!cluster.dualStackGate()) {
            dropGated(spec, null);
        }
        refuse(service, IpFamilyField.write(spec, null, cluster).stream().toList());
        UpdatePatching.normaliseNew(spec);
        settle(service, null);
    }

    @Override
    public void prepareForUpdate(ObjectNode service, ObjectNode old) {
        Strategy.super.prepareForUpdate(service, old);
        ServiceSpec spec = ServiceSpec.of(service);
        ServiceSpec stored = ServiceSpec.of(old);
        if (!cluster.dualStackGate()) {
            dropGated(spec, stored);
        }
        refuse(service, IpFamilyField.write(spec, stored, cluster).stream().toList());
        UpdatePatching.patchAllocated(spec, stored);
        UpdatePatching.normaliseChanged(spec, stored);
        settle(service, stored);
        UpdatePatching.dropSenseless(spec, stored);
        IpFamilyField.show(spec, cluster);
        if (!spec.isLoadBalancer()) {
            Json.child(service, "status").putObject("loadBalancer");
        }
    }

    private void settle(ObjectNode service, @Nullable ServiceSpec stored) {
        ServiceSpec spec = ServiceSpec.of(service);
        boolean hidden =
                !cluster.dualStackGate()
                        && spec.families().isEmpty()
                        && (stored == null || stored.families().isEmpty());
        refuse(
                service,
                hidden
                        ? FamilyRelations.check(spec, stored)
                        : FamilyInitialisation.apply(spec, stored, cluster));
        IpFamilyField.show(spec, cluster);
    }

    /**
     * With the gate off, fields about families are dropped unless the stored Service has them
     * already.
     */
    private static void dropGated(ServiceSpec spec, @Nullable ServiceSpec stored) {
        if (stored != null && !stored.families().isEmpty()) {
            return;
        }
        spec.setIpFamily("");
        spec.setFamilies(List.of());
        spec.setPolicy("");
        if (spec.clusterIps().size() > 1) {
            spec.setClusterIpList(spec.clusterIps().subList(0, 1));
        }
    }

    private void refuse(ObjectNode service, List<FieldError> errors) {
        if (!errors.isEmpty()) {
            throw StatusException.invalid(
                    resource, Fields.string(service, "metadata", "name"), errors);
        }
    }

    @Override
    public void prepareForStatusUpdate(ObjectNode service, ObjectNode old) {
        Strategy.super.prepareForStatusUpdate(service, old);
        StaticDefaults.apply(service);
    }

    @Override
    public List<FieldError> validate(ObjectNode service) {
        return ServiceValidation.validate(service, null);
    }

    @Override
    public List<FieldError> validateUpdate(ObjectNode service, ObjectNode old) {
        return UpdateValidation.validate(service, old);
    }

    @Override
    public List<FieldError> validateStatusUpdate(ObjectNode service, ObjectNode old) {
        return LoadBalancerValidation.status(service, old);
    }

    @Override
    public List<String> warnings(ObjectNode service, @Nullable ObjectNode old) {
        return ServiceWarnings.of(ServiceSpec.of(service));
    }
}
