package io.biplane.cli.validate;

import io.biplane.api.Kinds;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.client.ListOptions;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.SyscallException;
import io.biplane.linux.route.RouteSocket;
import io.biplane.network.fabric.HostSide;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Compares what the kernel holds in every namespace of the cluster with what Nodes, Pods and
 * Services ask for, and names each thing that is missing.
 */
final class KernelStep {
    private static final String ID = "kernel";

    private final LocalCluster cluster;

    KernelStep(LocalCluster cluster) {
        this.cluster = cluster;
    }

    Step step() {
        return new Step(
                ID,
                "addresses, routes, neighbours and nftables of every namespace are as they should be",
                false,
                this::look);
    }

    private List<Finding> look(Playground playground) {
        List<NodeView> nodes = playground.nodes();
        List<PodView> pods =
                playground.client().items(Kinds.PODS, null, ListOptions.ALL).stream()
                        .map(PodView::of)
                        .filter(pod -> !pod.hostNetwork() && !pod.terminal() && !pod.terminating())
                        .filter(pod -> !pod.ips().isEmpty())
                        .toList();
        HostSide host = cluster.host();
        ExpectedNetwork expected = new ExpectedNetwork(cluster.network(), nodes);
        List<Finding> findings = new ArrayList<>();
        findings.add(compare("host", host.namespace(), expected.ofHost(host.families())));
        findings.add(
                compare(
                        "fabric",
                        cluster.network().fabricNamespace(),
                        expected.ofFabric(host.families())));
        findings.add(
                compare("outside", cluster.network().outsideNamespace(), expected.ofOutside()));
        for (NodeView node : nodes) {
            List<PodView> itsPods =
                    pods.stream().filter(pod -> pod.nodeName().equals(node.name())).toList();
            findings.add(
                    compare(
                            node.name(),
                            cluster.network().nodeNamespace(node.name()),
                            expected.ofNode(node, itsPods)));
        }
        for (PodView pod : pods) {
            String subject =
                    "pod %s/%s on %s".formatted(pod.namespace(), pod.name(), pod.nodeName());
            findings.add(compare(subject, cluster.podNamespace(pod), expected.ofPod(pod)));
        }
        findings.addAll(new NftablesAudit(cluster, ID).findings(playground, nodes));
        return findings;
    }

    private static Finding compare(
            String subject, String namespace, Collection<NetworkFact> expected) {
        try (NetworkNamespace opened = NetworkNamespace.open(namespace)) {
            return compare(subject, opened, expected);
        } catch (SyscallException e) {
            return Finding.failed(
                    ID, subject, "its namespace %s: %s".formatted(namespace, e.getMessage()));
        }
    }

    private static Finding compare(
            String subject, NetworkNamespace namespace, Collection<NetworkFact> expected) {
        Set<NetworkFact> missing = new HashSet<>(expected);
        try (RouteSocket socket = RouteSocket.open(namespace)) {
            missing.removeAll(NetworkFact.observed(namespace, socket));
        }
        if (missing.isEmpty()) {
            return Finding.passed(ID, subject, "%d facts hold".formatted(expected.size()));
        }
        List<String> texts =
                missing.stream()
                        .map(fact -> "%s (%s)".formatted(fact, fact.family()))
                        .sorted()
                        .toList();
        return Finding.failed(ID, subject, "missing: " + String.join("; ", texts));
    }
}
