package io.biplane.api.kind.core;

import io.biplane.api.registry.Kind;
import io.biplane.api.service.ServiceStrategy;
import io.biplane.api.strategy.NotBuilt;
import io.biplane.api.table.ServiceColumns;

/** Services; package {@code io.biplane.api.service} has their rules. */
public final class Services {
    public static final Kind KIND =
            Kind.named("", "v1", "services", "Service")
                    .shortNames("svc")
                    .inAll()
                    .status()
                    .select("spec.clusterIP", "")
                    .select("spec.type", "")
                    .countsNoGeneration()
                    .columns(ServiceColumns.ALL)
                    .rulesOfCluster(ServiceStrategy::new)
                    .notBuilt(NotBuilt.SERVICES)
                    .build();

    private Services() {}
}
