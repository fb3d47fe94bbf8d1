package io.biplane.cli.validate;

import io.biplane.client.ApiClient;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.fabric.HostSide;

import java.util.List;

/**
 * What the kernel does not hold of a cluster, though it should.
 *
 * @param looks how many namespaces and sets of tables were looked at
 * @param damages those that differ
 */
public record KernelAudit(int looks, List<Damage> damages) {
    /**
     * Something that differs.
     *
     * @param subject a namespace or tables, such as {@code node-1} or {@code nftables of fabric}
     * @param what what is missing or otherwise
     */
    public record Damage(String subject, String what) {}

    public KernelAudit {
        damages = List.copyOf(damages);
    }

    /** Looks at all of a cluster that is on this machine; changes nothing. */
    public static KernelAudit of(ClusterNetwork network, HostSide host, ApiClient client) {
        List<Finding> findings =
                new KernelStep(new LocalCluster(network, host))
                        .step()
                        .look()
                        .at(Playground.asIs(client));
        List<Damage> damages =
                findings.stream()
                        .filter(finding -> finding.outcome() instanceof Finding.Failed)
                        .map(finding ->
                                new Damage(
                                        finding.subject(),
                                        ((Finding.Failed) finding.outcome()).reason()))
                        .toList();
        return new KernelAudit(findings.size(), damages);
    }
}
