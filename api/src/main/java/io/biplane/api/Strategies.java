package io.biplane.api;

import java.util.Map;

/**
 * Names the strategy of every row of the kind registry. Strategies depend on the cluster's
 * configuration (its service ranges, its gates), so they are put together once, at start.
 */
public final class Strategies {
    private final Map<Resource, Strategy> byResource;

    /** Kinds that {@code byResource} does not name have {@link Strategy#PLAIN}. */
    public Strategies(Map<Resource, Strategy> byResource) {
        this.byResource = Map.copyOf(byResource);
    }

    /** The rules of that kind. */
    public Strategy of(Resource resource) {
        return byResource.getOrDefault(resource, Strategy.PLAIN);
    }
}
