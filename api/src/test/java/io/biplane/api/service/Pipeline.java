package io.biplane.api.service;

import io.biplane.api.FieldError;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.type.Decoder;
import io.biplane.api.type.FieldValidation;
import io.biplane.netip.IpFamily;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/** Runs a Service through the rules in the order in which the API server does. */
record Pipeline(ServiceStrategy strategy) {
    static final Pipeline V4 = of(IpFamily.IPV4);
    static final Pipeline V6 = of(IpFamily.IPV6);
    static final Pipeline V4_V6 = of(IpFamily.IPV4, IpFamily.IPV6);
    static final Pipeline V6_V4 = of(IpFamily.IPV6, IpFamily.IPV4);
    static final Pipeline GATE_OFF =
            new Pipeline(
                    new ServiceStrategy(
                            Kinds.SERVICES, new ServiceCluster(List.of(IpFamily.IPV4), false)));

    private static Pipeline of(IpFamily... families) {
        return new Pipeline(
                new ServiceStrategy(Kinds.SERVICES, new ServiceCluster(List.of(families), true)));
    }

    private static ObjectNode decoded(ObjectNode request) {
        ObjectNode service = request.deepCopy();
        Decoder.decode(service, "v1", "Service", FieldValidation.STRICT);
        return service;
    }

    /** The stored form, with placeholders for what is allocated; throws as the API server does. */
    ObjectNode create(ObjectNode request) {
        ObjectNode service = decoded(request);
        strategy.applyDefaults(service);
        strategy.prepareForCreate(service);
        FakeAllocation.fill(service);
        refuse(service, strategy.validate(service));
        return service;
    }

    ObjectNode update(ObjectNode stored, ObjectNode request) {
        ObjectNode old = stored.deepCopy();
        strategy.decode(old);
        ObjectNode service = decoded(request);
        strategy.applyDefaults(service);
        strategy.prepareForUpdate(service, old);
        FakeAllocation.fill(service);
        refuse(service, strategy.validateUpdate(service, old));
        return service;
    }

    ObjectNode updateStatus(ObjectNode stored, ObjectNode request) {
        ObjectNode old = stored.deepCopy();
        strategy.decode(old);
        ObjectNode service = decoded(request);
        strategy.prepareForStatusUpdate(service, old);
        refuse(service, strategy.validateStatusUpdate(service, old));
        return service;
    }

    private static void refuse(ObjectNode service, List<FieldError> errors) {
        if (!errors.isEmpty()) {
            throw StatusException.invalid(
                    Kinds.SERVICES, service.path("metadata").path("name").stringValue(""), errors);
        }
    }
}
