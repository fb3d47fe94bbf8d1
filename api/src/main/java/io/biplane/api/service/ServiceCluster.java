package io.biplane.api.service;

import io.biplane.netip.IpFamily;

import java.util.List;

/**
 * What the rules of Services need to know of the cluster.
 *
 * @param families of the service ranges, one or two, the default family first
 * @param dualStackGate feature gate {@code IPv6DualStack}; false hides all fields about families
 */
public record ServiceCluster(List<IpFamily> families, boolean dualStackGate) {
    /** Copies the list. */
    public ServiceCluster {
        families = List.copyOf(families);
        if (families.isEmpty()
                || families.size() > 2
                || families.stream().distinct().count() < families.size()) {
            throw new IllegalArgumentException(
                    "service families %s are not one or two different ones".formatted(families));
        }
    }

    /** The family of the first service range: the default of Services. */
    IpFamily primary() {
        return families.getFirst();
    }

    boolean isDual() {
        return families.size() == 2;
    }

    /** Whether there is a range of the family that the API calls {@code apiName}. */
    boolean has(String apiName) {
        return families.stream().anyMatch(f -> f.apiName().equals(apiName));
    }
}
