package io.biplane.api.registry;

import io.biplane.api.Resource;
import io.biplane.api.Strategy;
import io.biplane.api.service.ServiceCluster;
import io.biplane.api.table.Column;

import java.util.List;

/**
 * A kind as one of its versions serves it.
 *
 * @param resource its names
 * @param columns what {@code kubectl get} prints
 * @param rules makes its rules
 */
public record KindVersion(Resource resource, List<Column> columns, Rules rules) {
    /** Makes the rules of a kind for a cluster. */
    @FunctionalInterface
    public interface Rules {
        Strategy of(Resource resource, ServiceCluster cluster);
    }

    /** Copies the columns. */
    public KindVersion {
        columns = List.copyOf(columns);
    }
}
