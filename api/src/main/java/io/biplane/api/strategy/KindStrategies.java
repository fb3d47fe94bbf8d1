package io.biplane.api.strategy;

import io.biplane.api.Kinds;
import io.biplane.api.Resource;
import io.biplane.api.Strategies;
import io.biplane.api.Strategy;
import io.biplane.api.service.ServiceCluster;
import io.biplane.api.service.ServiceStrategy;
import io.biplane.api.strategy.pod.PodStrategy;

import java.util.HashMap;
import java.util.Map;

/** Puts the rules of all kinds together. */
public final class KindStrategies {
    private KindStrategies() {}

    /**
     * The rules of every row of the kind registry, for a cluster with these service ranges and
     * gates.
     */
    public static Strategies of(ServiceCluster cluster) {
        Map<Resource, Strategy> rules = new HashMap<>();
        rules.put(Kinds.SERVICES, new ServiceStrategy(cluster));
        rules.put(Kinds.NODES, new NodeStrategy());
        rules.put(Kinds.NAMESPACES, new NamespaceStrategy());
        rules.put(Kinds.PODS, new PodStrategy());
        rules.put(Kinds.ENDPOINTS, new EndpointsStrategy());
        rules.put(Kinds.ENDPOINT_SLICES, new EndpointSliceStrategy());
        rules.put(Kinds.CONFIG_MAPS, new ConfigMapStrategy());
        rules.put(Kinds.SECRETS, new SecretStrategy());
        rules.put(Kinds.SERVICE_ACCOUNTS, new NamedStrategy(Kinds.SERVICE_ACCOUNTS));
        rules.put(Kinds.LEASES, new LeaseStrategy());
        rules.put(Kinds.EVENTS, new EventStrategy(Kinds.EVENTS, "involvedObject"));
        rules.put(Kinds.EVENTS_V1, new EventStrategy(Kinds.EVENTS_V1, "regarding"));
        rules.put(Kinds.DEPLOYMENTS, new WorkloadStrategy(Kinds.DEPLOYMENTS));
        rules.put(Kinds.REPLICA_SETS, new WorkloadStrategy(Kinds.REPLICA_SETS));
        rules.put(Kinds.IP_ADDRESSES, new IpAddressStrategy());
        rules.put(Kinds.SERVICE_CIDRS, new ServiceCidrStrategy());
        return new Strategies(rules);
    }
}
