package io.biplane.apiserver.allocation;

import io.biplane.api.Kinds;
import io.biplane.apiserver.storage.ObjectKeys;
import io.biplane.netip.Addr;

/**
 * The keys of claims on addresses and ports. Addresses stand in their canonical form, so that two
 * spellings are one key.
 */
final class ClaimKeys {
    /** All claims on service addresses: the IPAddress objects, which clients may write, too. */
    static final String CLUSTER_IPS = ObjectKeys.prefix(Kinds.IP_ADDRESSES);

    /** All claims on node ports; one serves one protocol in both families. */
    static final String NODE_PORTS = "/claims/nodeports/";

    private ClaimKeys() {}

    static String clusterIp(Addr addr) {
        return CLUSTER_IPS + addr;
    }

    static String nodePort(NodePort port) {
        return NODE_PORTS + port.protocol() + "/" + port.number();
    }
}
