package io.biplane.api.service;

import io.biplane.api.FieldError;
import io.biplane.api.validation.IpTexts;
import io.biplane.netip.IpFamily;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How {@code clusterIP}, {@code clusterIPs}, {@code ipFamilies} and {@code ipFamilyPolicy} must
 * agree with each other.
 */
final class FamilyRelations {
    private static final int MOST_ADDRESSES = 2;
    private static final List<String> FAMILIES =
            Arrays.stream(IpFamily.values()).map(IpFamily::apiName).toList();
    private static final List<String> POLICIES =
            List.of(
                    ServiceSpec.PREFER_DUAL_STACK,
                    ServiceSpec.REQUIRE_DUAL_STACK,
                    ServiceSpec.SINGLE_STACK);

    private FamilyRelations() {}

    /**
     * The faults, in upstream's order.
     *
     * @param old the stored spec, whose addresses are taken as they are; null on create
     */
    static List<FieldError> check(ServiceSpec spec, @Nullable ServiceSpec old) {
        if (spec.isExternalName()) {
            return List.of();
        }
        List<FieldError> errors = new ArrayList<>();
        singularAndPlural(spec, errors);
        families(spec.families(), errors);
        if (spec.hasPolicy() && !POLICIES.contains(spec.policy())) {
            errors.add(FieldError.notSupported("spec.ipFamilyPolicy", spec.policy(), POLICIES));
        }
        boolean valid =
                addresses(spec.clusterIps(), old == null ? List.of() : old.clusterIps(), errors);
        if (valid) {
            addressFamilies(spec, errors);
        }
        return errors;
    }

    private static void singularAndPlural(ServiceSpec spec, List<FieldError> errors) {
        List<String> plural = spec.clusterIps();
        if (spec.clusterIp().isEmpty()) {
            if (!plural.isEmpty()) {
                errors.add(clusterIps(plural, "must be empty when `clusterIP` is not specified"));
            }
        } else if (plural.isEmpty()) {
            errors.add(FieldError.required("spec.clusterIPs", ""));
        } else if (!plural.getFirst().equals(spec.clusterIp())) {
            errors.add(clusterIps(plural, "first value must match `clusterIP`"));
        }
    }

    private static void families(List<String> families, List<FieldError> errors) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < families.size(); i++) {
            String family = families.get(i);
            if (!FAMILIES.contains(family)) {
                errors.add(FieldError.notSupported("spec.ipFamilies[" + i + "]", family, FAMILIES));
            }
            if (!seen.add(family)) {
                errors.add(FieldError.duplicate("spec.ipFamilies[" + i + "]", family));
            }
        }
    }

    /** Whether all are addresses, so that their families can be told. */
    private static boolean addresses(
            List<String> addresses, List<String> stored, List<FieldError> errors) {
        int before = errors.size();
        for (int i = 0; i < addresses.size(); i++) {
            if (i == 0 && addresses.getFirst().equals(ServiceSpec.NONE)) {
                if (addresses.size() > 1) {
                    errors.add(clusterIps(addresses, "'None' must be the first and only value"));
                }
            } else {
                errors.addAll(
                        IpTexts.address("spec.clusterIPs[" + i + "]", addresses.get(i), stored));
            }
        }
        boolean valid = errors.size() == before;
        if (addresses.size() > MOST_ADDRESSES) {
            errors.add(clusterIps(addresses, "may only hold up to 2 values"));
        }
        return valid;
    }

    private static void addressFamilies(ServiceSpec spec, List<FieldError> errors) {
        List<String> addresses = spec.clusterIps();
        long distinct = addresses.stream().map(IpTexts::family).distinct().count();
        if (addresses.size() > 1 && distinct < IpFamily.values().length) {
            errors.add(clusterIps(addresses, "may specify no more than one IP for each IP family"));
        }
        if (spec.isHeadless()) {
            return;
        }
        List<String> families = spec.families();
        for (int i = 0; i < Math.min(addresses.size(), families.size()); i++) {
            String family = families.get(i);
            Optional<IpFamily> actual = IpTexts.family(addresses.get(i));
            if (FAMILIES.contains(family)
                    && actual.isPresent()
                    && !actual.get().apiName().equals(family)) {
                String detail =
                        "expected an %s value as indicated by `ipFamilies[%d]`"
                                .formatted(family, i);
                errors.add(
                        FieldError.invalid("spec.clusterIPs[" + i + "]", addresses.get(i), detail));
            }
        }
    }

    static FieldError clusterIps(List<String> addresses, String detail) {
        return FieldError.invalid("spec.clusterIPs", ServiceSpec.array(addresses), detail);
    }
}
