package io.biplane.api.service;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.validation.Names;

import tools.jackson.databind.node.IntNode;

import java.util.ArrayList;
import java.util.List;

/** The rules for traffic policies, the health-check node port and traffic distribution. */
final class TrafficValidation {
    private static final List<String> POLICIES = List.of("Cluster", "Local");
    private static final List<String> DISTRIBUTIONS =
            List.of("PreferClose", "PreferSameNode", "PreferSameZone");

    private TrafficValidation() {}

    static List<FieldError> validate(ServiceSpec spec) {
        List<FieldError> errors = new ArrayList<>();
        external(spec, errors);
        healthCheck(spec, errors);
        if (!spec.has("internalTrafficPolicy") && spec.usesClusterIps()) {
            errors.add(FieldError.required("spec.internalTrafficPolicy", ""));
        }
        choice(spec, "internalTrafficPolicy", POLICIES, errors);
        choice(spec, "trafficDistribution", DISTRIBUTIONS, errors);
        return errors;
    }

    private static void choice(
            ServiceSpec spec, String field, List<String> supported, List<FieldError> errors) {
        Fields.givenString(spec.json(), field)
                .filter(value -> !supported.contains(value))
                .ifPresent(value ->
                        errors.add(FieldError.notSupported("spec." + field, value, supported)));
    }

    private static void external(ServiceSpec spec, List<FieldError> errors) {
        String path = "spec.externalTrafficPolicy";
        String policy = spec.text("externalTrafficPolicy");
        if (!spec.isExternallyAccessible()) {
            if (!policy.isEmpty()) {
                errors.add(
                        FieldError.invalid(
                                path,
                                policy,
                                "may only be set for externally-accessible services"));
            }
        } else if (policy.isEmpty()) {
            errors.add(FieldError.required(path, ""));
        } else if (!POLICIES.contains(policy)) {
            errors.add(FieldError.notSupported(path, policy, POLICIES));
        }
    }

    private static void healthCheck(ServiceSpec spec, List<FieldError> errors) {
        String path = "spec.healthCheckNodePort";
        int port = spec.healthCheckNodePort();
        if (!spec.needsHealthCheck()) {
            if (port != 0) {
                String detail =
                        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
                errors.add(FieldError.invalid(path, IntNode.valueOf(port), detail));
            }
        } else if (port == 0) {
            errors.add(FieldError.required(path, ""));
        } else {
            Names.portNumber(port)
                    .forEach(fault ->
                            errors.add(FieldError.invalid(path, IntNode.valueOf(port), fault)));
        }
    }

    /** The fault of a changed health-check node port. */
    static List<FieldError> update(ServiceSpec spec, ServiceSpec old) {
        boolean changed = spec.healthCheckNodePort() != old.healthCheckNodePort();
        return spec.needsHealthCheck() && old.needsHealthCheck() && changed
                ? List.of(FieldError.forbidden("spec.healthCheckNodePort", "field is immutable"))
                : List.of();
    }
}
