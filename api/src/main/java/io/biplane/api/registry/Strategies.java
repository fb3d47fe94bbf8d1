package io.biplane.api.registry;

import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.Strategy;
import io.biplane.api.service.ServiceCluster;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/**
 * The rules of the kinds of a registry for one cluster: they may depend on its configuration (its
 * service ranges, its gates). Safe for any number of threads.
 */
public final class Strategies {
    private record Made(KindSet kinds, Map<Resource, Strategy> byResource) {}

    private final KindRegistry kinds;
    private final ServiceCluster cluster;
    private volatile @Nullable Made made;

    public Strategies(KindRegistry kinds, ServiceCluster cluster) {
        this.kinds = kinds;
        this.cluster = cluster;
    }

    /**
     * The rules of that kind.
     *
     * @throws StatusException 404 if it is not served
     */
    public Strategy of(Resource resource) {
        Strategy strategy = current().get(resource);
        if (strategy == null) {
            throw StatusException.noSuchPath();
        }
        return strategy;
    }

    /** Two threads may make them at once: rules have no state, so either's will do. */
    private Map<Resource, Strategy> current() {
        KindSet now = kinds.current();
        Made found = made;
        if (found == null || found.kinds != now) {
            Map<Resource, Strategy> rules = new HashMap<>();
            for (Resource resource : now.resources()) {
                now.version(resource)
                        .ifPresent(v -> rules.put(resource, v.rules().of(resource, cluster)));
            }
            found = new Made(now, Map.copyOf(rules));
            made = found;
        }
        return found.byResource;
    }
}
