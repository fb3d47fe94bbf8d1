package io.biplane.api.kind.apps;

import io.biplane.api.Subresource;
import io.biplane.api.registry.Kind;
import io.biplane.api.strategy.NotBuilt;
import io.biplane.api.strategy.pod.WorkloadStrategy;
import io.biplane.api.table.WorkloadColumns;

/** ReplicaSets. */
public final class ReplicaSets {
    public static final Kind KIND =
            Kind.named("apps", "v1", "replicasets", "ReplicaSet")
                    .shortNames("rs")
                    .inAll()
                    .with(Subresource.scale())
                    .status()
                    .select("status.replicas", "0")
                    .countsGeneration()
                    .columns(WorkloadColumns.REPLICA_SETS)
                    .rules(WorkloadStrategy::ofReplicaSets)
                    .notBuilt(NotBuilt.POD_TEMPLATES)
                    .build();

    private ReplicaSets() {}
}
