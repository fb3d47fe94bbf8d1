package io.biplane.proxy.config;

import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.time.Duration;
import java.util.List;

/**
 * What the proxy is told at its start; {@link ProxyFlags} makes it of upstream's flags.
 *
 * @param clusterCidr the pod ranges ({@code --cluster-cidr}): connections from elsewhere to a
 *     cluster address get the node's own source address, so that the answers come back this way. A
 *     family without a range is never masqueraded for that reason
 * @param masqueradeAll give every connection to a cluster address the node's source address
 * @param masqueradeBit 0…31: the bit of the packet mark that says so between the hooks
 * @param hostname the node's name ({@code --hostname-override}); "" for the system's
 * @param kubeconfig path of the file that names the API server; "" for none
 * @param syncPeriod how long hand-made damage can last: everything is compared with the kernel then
 * @param coalesce how long after a write changes wait for others, so that many are written as one
 */
public record ProxyConfig(
        List<Prefix> clusterCidr,
        boolean masqueradeAll,
        int masqueradeBit,
        String hostname,
        String kubeconfig,
        Duration syncPeriod,
        Duration coalesce) {

    static final int DEFAULT_MASQUERADE_BIT = 14;
    static final Duration DEFAULT_SYNC_PERIOD = Duration.ofSeconds(60);
    static final Duration DEFAULT_COALESCE = Duration.ofMillis(20);

    public ProxyConfig {
        clusterCidr = List.copyOf(clusterCidr);
        if (masqueradeBit < 0 || masqueradeBit > 31) {
            throw new IllegalArgumentException(
                    "masquerade bit %d is not in 0..31".formatted(masqueradeBit));
        }
        if (!syncPeriod.isPositive() || coalesce.isNegative()) {
            throw new IllegalArgumentException(
                    "periods %s, %s are not positive".formatted(syncPeriod, coalesce));
        }
    }

    /** The defaults, for a cluster with these pod (and other local) ranges; may be empty. */
    public static ProxyConfig forRanges(List<Prefix> clusterCidr) {
        return new ProxyConfig(
                clusterCidr,
                false,
                DEFAULT_MASQUERADE_BIT,
                "",
                "",
                DEFAULT_SYNC_PERIOD,
                DEFAULT_COALESCE);
    }

    /** The ranges of one family. */
    public List<Prefix> clusterCidr(IpFamily family) {
        return clusterCidr.stream().filter(range -> range.family() == family).toList();
    }
}
