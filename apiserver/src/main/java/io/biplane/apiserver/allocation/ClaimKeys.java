package io.biplane.apiserver.allocation;

import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;

/**
 * The keys of claims. Addresses and prefixes stand in their canonical form, so that two spellings
 * are one key.
 */
final class ClaimKeys {
    /** All claims on service addresses. */
    static final String CLUSTER_IPS = "/claims/clusterips/";

    /** All claims on node ports, which one Service holds for both families and every protocol. */
    static final String NODE_PORTS = "/claims/nodeports/";

    private static final String POD_CIDRS = "/claims/podcidrs/";

    private ClaimKeys() {}

    static String clusterIp(Addr addr) {
        return CLUSTER_IPS + addr;
    }

    static String nodePort(int port) {
        return NODE_PORTS + port;
    }

    static String podCidr(Prefix prefix) {
        return POD_CIDRS + prefix.family().apiName() + "/" + prefix;
    }
}
