package io.biplane.cli.agents;

import io.biplane.api.view.EndpointSliceView;
import io.biplane.api.view.ServiceView;
import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.netip.Prefix;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.fabric.Fabric;
import io.biplane.network.guard.Guard;
import io.biplane.network.masquerade.ClusterRanges;
import io.biplane.network.masquerade.MasqueradePolicy;
import io.biplane.proxy.config.ProxyConfig;
import io.biplane.proxy.nftables.ServiceRuleset;
import io.biplane.proxy.service.ServiceTable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** How the agents of a cluster are configured, and the tables that follow from it. Pure. */
public final class AgentTables {
    private AgentTables() {}

    /** What the proxies are told. */
    static ProxyConfig proxyConfig(ClusterNetwork network) {
        return ProxyConfig.forRanges(localSources(network));
    }

    /** Whose connections to a cluster IP come back through the namespace that translated them. */
    private static List<Prefix> localSources(ClusterNetwork network) {
        return Stream.of(network.pods(), network.nodes(), network.transit())
                .flatMap(ranges -> ranges.values().stream())
                .toList();
    }

    private static MasqueradePolicy masqueradePolicy(ClusterNetwork network) {
        return MasqueradePolicy.of(
                new ClusterRanges(
                        network.pods().values(),
                        network.services().values(),
                        network.nodes().values()));
    }

    /** What the proxies keep in every node's and the fabric's namespace. */
    public static List<DesiredTable> proxy(
            ClusterNetwork network,
            Collection<ServiceView> services,
            Collection<EndpointSliceView> slices) {
        ServiceTable table = new ServiceTable();
        services.forEach(service -> table.serviceChanged(null, service));
        slices.forEach(slice -> table.sliceChanged(null, slice));
        ProxyConfig config = proxyConfig(network);
        ServiceRuleset ruleset = new ServiceRuleset(config);
        ruleset.change(table.drain());
        return ruleset.tables(config.clusterCidr());
    }

    /** What does not hang on the API in every node's namespace: guard and masquerade. */
    public static List<DesiredTable> ofNode(ClusterNetwork network) {
        List<DesiredTable> tables = new ArrayList<>(Guard.tables(List.of(Fabric.UPLINK)));
        tables.addAll(masqueradePolicy(network).tables());
        return tables;
    }

    /** What does not hang on the API in the fabric's namespace: the guard. */
    public static List<DesiredTable> ofFabric() {
        return Guard.tables(Fabric.LINKS);
    }
}
