package io.biplane.proxy.nftables;

import io.biplane.linux.nftables.DataType;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.NftMap;
import io.biplane.linux.nftables.NftSet;
import io.biplane.linux.nftables.Table;
import io.biplane.netip.IpFamily;

import java.util.List;

/**
 * The sets and maps of one family's table.
 *
 * @param clusterIps all cluster addresses: what else is sent to one of them is refused
 * @param services cluster address . protocol . port to the chain of the number of endpoints
 * @param endpoints cluster address . protocol . port . place to address . port
 * @param nodePorts protocol . port to the chain of the number of endpoints
 * @param nodePortEndpoints protocol . port . place to address . port
 * @param apiServers address . protocol . port at which API servers listen: never a node port
 * @param hairpins each endpoint's address twice: an endpoint that reached itself
 * @param localSources prefixes whose connections to cluster addresses keep their source
 */
record ServiceSets(
        IpFamily family,
        NftSet clusterIps,
        NftMap services,
        NftMap endpoints,
        NftMap nodePorts,
        NftMap nodePortEndpoints,
        NftSet apiServers,
        NftSet hairpins,
        NftSet localSources) {
    static final String TABLE = "biplane-proxy";

    static ServiceSets of(IpFamily family) {
        Table table = Table.of(family, TABLE);
        DataType address = DataType.address(family);
        DataType protocol = DataType.INET_PROTO;
        DataType port = DataType.INET_SERVICE;
        DataType place = DataType.INTEGER;
        List<DataType> endpoint = List.of(address, port);
        return new ServiceSets(
                family,
                NftSet.of(table, "cluster-ips", address),
                NftMap.verdicts(table, "services", address, protocol, port),
                NftMap.of(table, "endpoints", List.of(address, protocol, port, place), endpoint),
                NftMap.verdicts(table, "node-ports", protocol, port),
                NftMap.of(table, "node-port-endpoints", List.of(protocol, port, place), endpoint),
                NftSet.of(table, "api-servers", address, protocol, port),
                NftSet.of(table, "hairpins", address, address),
                NftSet.intervals(table, "local-sources", address));
    }

    Table table() {
        return clusterIps.table();
    }

    /** Those whose elements come from Services. */
    List<NamedSet> filledByServices() {
        return List.of(
                clusterIps,
                services,
                endpoints,
                nodePorts,
                nodePortEndpoints,
                apiServers,
                hairpins);
    }
}
