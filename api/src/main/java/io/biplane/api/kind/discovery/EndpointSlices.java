package io.biplane.api.kind.discovery;

import io.biplane.api.registry.Kind;
import io.biplane.api.strategy.EndpointSliceStrategy;
import io.biplane.api.table.EndpointColumns;

/** EndpointSlices. */
public final class EndpointSlices {
    public static final Kind KIND =
            Kind.named("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")
                    .countsGeneration()
                    .columns(EndpointColumns.ENDPOINT_SLICES)
                    .rules(EndpointSliceStrategy::new)
                    .build();

    private EndpointSlices() {}
}
