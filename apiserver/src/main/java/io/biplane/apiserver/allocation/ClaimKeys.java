package io.biplane.apiserver.allocation;

import io.biplane.api.kind.Kinds;
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

    /**
     * The claims on node ports of Services that have many: one key for all that are a Service's.
     */
    static final String NODE_PORT_LISTS = NODE_PORTS + "lists/";

    /** Numbers have as many digits, so that their order is the keys'. */
    private static final String ZEROS = "00000";

    private ClaimKeys() {}

    static String clusterIp(Addr addr) {
        return CLUSTER_IPS + addr;
    }

    static String nodePort(NodePort port) {
        String number = Integer.toString(port.number());
        return NODE_PORTS + port.protocol() + "/" + ZEROS.substring(number.length()) + number;
    }

    /** The key of a Service's list of node ports. */
    static String nodePortList(String uid) {
        return NODE_PORT_LISTS + uid;
    }
}
