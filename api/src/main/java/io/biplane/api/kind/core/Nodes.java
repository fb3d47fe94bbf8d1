package io.biplane.api.kind.core;

import io.biplane.api.registry.Kind;
import io.biplane.api.strategy.NodeStrategy;
import io.biplane.api.table.NodeColumns;

/** Nodes. */
public final class Nodes {
    public static final Kind KIND =
            Kind.named("", "v1", "nodes", "Node")
                    .clusterScoped()
                    .shortNames("no")
                    .status()
                    .select("spec.unschedulable", "false")
                    .countsNoGeneration()
                    .columns(NodeColumns.ALL)
                    .rules(NodeStrategy::new)
                    .build();

    private Nodes() {}
}
