package io.biplane.api.kind.apps;

import io.biplane.api.Subresource;
import io.biplane.api.registry.Kind;
import io.biplane.api.strategy.NotBuilt;
import io.biplane.api.strategy.pod.WorkloadStrategy;
import io.biplane.api.table.WorkloadColumns;

/** Deployments. */
public final class Deployments {
    public static final Kind KIND =
            Kind.named("apps", "v1", "deployments", "Deployment")
                    .shortNames("deploy")
                    .inAll()
                    .with(Subresource.scale())
                    .status()
                    .countsGeneration()
                    .columns(WorkloadColumns.DEPLOYMENTS)
                    .rules(WorkloadStrategy::ofDeployments)
                    .notBuilt(NotBuilt.POD_TEMPLATES)
                    .build();

    private Deployments() {}
}
