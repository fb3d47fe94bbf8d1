package io.biplane.api.service;

import io.biplane.api.FieldError;
import io.biplane.api.validation.IpTexts;
import io.biplane.netip.IpFamily;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The alpha field {@code spec.ipFamily}, translated to {@code ipFamilies} and back; the rules stand
 * with the package.
 */
final class IpFamilyField {
    private static final String PATH = "spec.ipFamily";

    private IpFamilyField() {}

    /**
     * Translates the field of a Service that a client writes.
     *
     * @param old the stored spec, null on create
     * @return at most one fault: the first rule that is broken decides
     */
    static Optional<FieldError> write(
            ServiceSpec spec, @Nullable ServiceSpec old, ServiceCluster cluster) {
        if (!spec.has("ipFamily")) {
            return Optional.empty();
        }
        String family = spec.ipFamily();
        String stored = old == null ? "" : shown(old);
        if (!stored.isEmpty() && family.equals(stored)) {
            keepStoredFamilies(spec, old);
            return Optional.empty();
        }
        List<String> families = spec.families();
        if (!families.isEmpty() && families.getFirst().equals(family)) {
            return Optional.empty();
        }
        if (!stored.isEmpty()
                && !spec.isExternalName()
                && old != null
                && (families.isEmpty() || families.equals(old.families()))) {
            return fault(family, "field is immutable");
        }
        if (!cluster.has(family)) {
            String allowed =
                    cluster.families().stream()
                            .map(IpFamily::apiName)
                            .collect(Collectors.joining(", "));
            return fault(family, "only the following families are allowed: " + allowed);
        }
        if (spec.isExternalName()) {
            return Optional.empty();
        }
        if (!families.isEmpty()) {
            return fault(
                    family, "must be the first of `ipFamilies`, which is " + families.getFirst());
        }
        Optional<IpFamily> address = IpTexts.family(spec.clusterIp());
        if (address.isPresent() && !address.get().apiName().equals(family)) {
            return fault(family, "does not match %s cluster IP".formatted(address.get().apiName()));
        }
        spec.setFamilies(List.of(family));
        if (!spec.hasPolicy() && (old == null || !old.hasPolicy())) {
            spec.setPolicy(ServiceSpec.SINGLE_STACK);
        }
        return Optional.empty();
    }

    private static void keepStoredFamilies(ServiceSpec spec, @Nullable ServiceSpec old) {
        if (old != null && spec.families().isEmpty() && spec.asksForNoClusterIp()) {
            spec.setFamilies(old.families());
        }
    }

    private static Optional<FieldError> fault(String family, String detail) {
        return Optional.of(FieldError.invalid(PATH, family, detail));
    }

    /** What clients read: the first family; empty for a Service without families. */
    private static String shown(ServiceSpec spec) {
        List<String> families = spec.families();
        return families.isEmpty() || spec.isExternalName() ? "" : families.getFirst();
    }

    /** Sets the field to what clients read. */
    static void show(ServiceSpec spec, ServiceCluster cluster) {
        spec.setIpFamily(cluster.dualStackGate() ? shown(spec) : "");
    }
}
