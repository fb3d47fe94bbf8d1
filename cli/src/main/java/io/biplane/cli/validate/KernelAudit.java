package io.biplane.cli.validate;

import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.client.ApiClient;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.fabric.HostSide;

import java.util.ArrayList;
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
    public static KernelAudit of(
            ClusterNetwork network,
            HostSide host,
            ApiClient client,
            List<NodeView> nodes,
            List<PodView> pods) {
        return of(
                new KernelStep(new LocalCluster(network, host))
                        .findings(
                                nodes,
                                pods,
                                KernelStep.services(client),
                                KernelStep.slices(client)));
    }

    /** Looks at what needs no API server to be told: all but pods, their blocks and Services. */
    public static KernelAudit withoutApi(
            ClusterNetwork network, HostSide host, List<String> nodes) {
        return of(new KernelStep(new LocalCluster(network, host)).findingsWithoutApi(nodes));
    }

    private static KernelAudit of(List<Finding> findings) {
        List<Damage> damages = new ArrayList<>();
        for (Finding finding : findings) {
            if (finding.outcome() instanceof Finding.Failed(String reason)) {
                damages.add(new Damage(finding.subject(), reason));
            }
        }
        return new KernelAudit(findings.size(), damages);
    }
}
