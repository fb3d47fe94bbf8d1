package io.biplane.api.service;

import io.biplane.api.FieldError;
import io.biplane.api.validation.MetaValidation;

import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/**
 * The rules for changes: the primary address and family stay, the secondary ones come and go with
 * the policy.
 */
final class UpdateValidation {
    private static final String FIXED = "may not change once set";

    private UpdateValidation() {}

    static List<FieldError> validate(ObjectNode service, ObjectNode stored) {
        ServiceSpec spec = ServiceSpec.of(service);
        ServiceSpec old = ServiceSpec.of(stored);
        List<FieldError> errors = new ArrayList<>(MetaValidation.validateUpdate(service, stored));
        if (!spec.isExternalName() && !old.isExternalName()) {
            if (!(spec.isHeadless() && old.isHeadless())) {
                addresses(spec, old, errors);
            }
            if (!spec.isHeadless() && !old.isHeadless()) {
                families(spec, old, errors);
            }
        }
        errors.addAll(LoadBalancerValidation.update(spec, old));
        errors.addAll(TrafficValidation.update(spec, old));
        errors.addAll(ServiceValidation.validate(service, stored));
        return errors;
    }

    private static void addresses(ServiceSpec spec, ServiceSpec old, List<FieldError> errors) {
        List<String> now = spec.clusterIps();
        List<String> before = old.clusterIps();
        if (now.size() == before.size()) {
            for (int i = 0; i < now.size(); i++) {
                if (!now.get(i).equals(before.get(i))) {
                    errors.add(at("clusterIPs[" + i + "]", now, FIXED));
                }
            }
            return;
        }
        if (now.isEmpty()) {
            errors.add(at("clusterIPs[0]", now, "primary clusterIP can not be unset"));
        } else if (!before.isEmpty() && !now.getFirst().equals(before.getFirst())) {
            errors.add(at("clusterIPs[0]", now, FIXED));
        }
        if (now.size() == 1 && before.size() > 1) {
            released(spec, "clusterIP", errors);
        }
    }

    /** The index is always 0, and the value is upstream's choice, too. */
    private static void families(ServiceSpec spec, ServiceSpec old, List<FieldError> errors) {
        List<String> now = spec.families();
        List<String> before = old.families();
        if (now.size() == before.size()) {
            for (int i = 0; i < now.size(); i++) {
                if (!now.get(i).equals(before.get(i))) {
                    errors.add(at("ipFamilies[0]", now, FIXED));
                }
            }
            return;
        }
        if (now.size() < before.size() && spec.clusterIps().isEmpty()) {
            errors.add(at("ipFamilies[0]", now, "primary ipFamily can not be unset"));
        }
        if (!now.isEmpty() && !before.isEmpty() && !now.getFirst().equals(before.getFirst())) {
            errors.add(at("ipFamilies[0]", spec.clusterIps(), FIXED));
        }
        if (now.size() == 1 && before.size() > 1) {
            released(spec, "ipFamily", errors);
        }
    }

    private static void released(ServiceSpec spec, String what, List<FieldError> errors) {
        if (!spec.policy().equals(ServiceSpec.SINGLE_STACK)) {
            String detail = "must be set to 'SingleStack' when releasing the secondary " + what;
            errors.add(FieldError.invalid("spec.ipFamilyPolicy", spec.policy(), detail));
        }
    }

    private static FieldError at(String field, List<String> value, String detail) {
        return FieldError.invalid("spec." + field, ServiceSpec.array(value), detail);
    }
}
