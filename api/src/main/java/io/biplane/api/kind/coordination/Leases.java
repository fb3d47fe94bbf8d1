package io.biplane.api.kind.coordination;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Resource;
import io.biplane.api.registry.Kind;
import io.biplane.api.strategy.NamedStrategy;
import io.biplane.api.table.Column;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/** Leases. Who changes one must say which state of it is meant, so that no two hold it. */
public final class Leases {
    public static final Kind KIND =
            Kind.named("coordination.k8s.io", "v1", "leases", "Lease")
                    .countsNoGeneration()
                    .noUnconditionalUpdate()
                    .columns(
                            Column.objectName(),
                            Column.text(
                                    "Holder",
                                    "Who holds the lease.",
                                    (lease, now) -> Fields.string(lease, "spec", "holderIdentity")),
                            Column.age())
                    .rules(Rules::new)
                    .build();

    private Leases() {}

    /** The rules of Leases. */
    private static final class Rules extends NamedStrategy {
        Rules(Resource resource) {
            super(resource);
        }

        @Override
        protected void check(ObjectNode lease, List<FieldError> errors) {
            JsonNode duration = Fields.at(lease, "spec", "leaseDurationSeconds");
            if (duration.isNumber() && duration.intValue() <= 0) {
                errors.add(
                        FieldError.invalid(
                                "spec.leaseDurationSeconds", duration, "must be greater than 0"));
            }
            JsonNode transitions = Fields.at(lease, "spec", "leaseTransitions");
            if (transitions.isNumber() && transitions.intValue() < 0) {
                errors.add(
                        FieldError.invalid(
                                "spec.leaseTransitions",
                                transitions,
                                "must be greater than or equal to 0"));
            }
        }
    }
}
