package io.biplane.api.kind.core;

import io.biplane.api.registry.Kind;
import io.biplane.api.strategy.EndpointsStrategy;
import io.biplane.api.strategy.NotBuilt;
import io.biplane.api.table.EndpointColumns;

/** Endpoints. */
public final class Endpoints {
    public static final Kind KIND =
            Kind.named("", "v1", "endpoints", "Endpoints")
                    .shortNames("ep")
                    .countsNoGeneration()
                    .columns(EndpointColumns.ENDPOINTS)
                    .rules(EndpointsStrategy::new)
                    .notBuilt(NotBuilt.ENDPOINTS)
                    .build();

    private Endpoints() {}
}
