package io.biplane.cli.validate;

import io.biplane.api.view.EndpointSliceView;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.ServiceView;
import io.biplane.cli.agents.AgentTables;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.SyscallException;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.linux.nftables.desired.TableAudit;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.network.fabric.ClusterNetwork;

import java.util.ArrayList;
import java.util.List;

/** Compares the nftables of nodes and fabric with what Services and ranges ask for. */
final class NftablesAudit {
    private final ClusterNetwork network;
    private final String step;

    NftablesAudit(LocalCluster cluster, String step) {
        this.network = cluster.network();
        this.step = step;
    }

    List<Finding> findings(
            List<NodeView> nodes, List<ServiceView> services, List<EndpointSliceView> slices) {
        List<DesiredTable> proxy = AgentTables.proxy(network, services, slices);
        List<DesiredTable> ofNode = new ArrayList<>(proxy);
        ofNode.addAll(AgentTables.ofNode(network));
        List<DesiredTable> ofFabric = new ArrayList<>(proxy);
        ofFabric.addAll(AgentTables.ofFabric());
        List<Finding> findings = new ArrayList<>();
        findings.add(audit("fabric", network.fabricNamespace(), ofFabric));
        for (NodeView node : nodes) {
            findings.add(audit(node.name(), network.nodeNamespace(node.name()), ofNode));
        }
        return findings;
    }

    private Finding audit(String where, String namespace, List<DesiredTable> tables) {
        String subject = "nftables of " + where;
        List<String> differences = new ArrayList<>();
        try (NetworkNamespace opened = NetworkNamespace.open(namespace);
                Nftables kernel = KernelNftables.open(opened)) {
            tables.forEach(table ->
                    differences.addAll(
                            TableAudit.differences(kernel, table, NftablesAudit::meaning)));
        } catch (SyscallException e) {
            differences.add("its namespace %s: %s".formatted(namespace, e.getMessage()));
        }
        return differences.isEmpty()
                ? Finding.passed(step, subject, "%d tables as desired".formatted(tables.size()))
                : Finding.failed(step, subject, String.join("; ", differences));
    }

    /**
     * Endpoints of a frontend are numbered as they came, so that a change touches few of them;
     * which number an endpoint has is of no meaning.
     */
    private static String meaning(NamedSet set, Element element) {
        String text = element.toString();
        return set.name().endsWith("endpoints") ? text.replaceFirst(" \\. \\d+ : ", " : ") : text;
    }
}
