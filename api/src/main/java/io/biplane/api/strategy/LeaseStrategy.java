package io.biplane.api.strategy;

import io.biplane.api.FieldError;
import io.biplane.api.Json;
import io.biplane.api.Kinds;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/** The rules of Leases. */
final class LeaseStrategy extends NamedStrategy {
    LeaseStrategy() {
        super(Kinds.LEASES);
    }

    @Override
    protected void check(ObjectNode lease, List<FieldError> errors) {
        JsonNode duration = Json.at(lease, "spec", "leaseDurationSeconds");
        if (duration.isNumber() && duration.intValue() <= 0) {
            errors.add(
                    FieldError.invalid(
                            "spec.leaseDurationSeconds", duration, "must be greater than 0"));
        }
        JsonNode transitions = Json.at(lease, "spec", "leaseTransitions");
        if (transitions.isNumber() && transitions.intValue() < 0) {
            errors.add(
                    FieldError.invalid(
                            "spec.leaseTransitions",
                            transitions,
                            "must be greater than or equal to 0"));
        }
    }
}
