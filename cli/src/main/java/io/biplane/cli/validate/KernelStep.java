package io.biplane.cli.validate;

import io.biplane.api.kind.Kinds;
import io.biplane.api.view.EndpointSliceView;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ServiceView;
import io.biplane.client.ApiClient;
import io.biplane.client.ListOptions;
import io.biplane.linux.NamespaceThread;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.SyscallException;
import io.biplane.linux.route.RouteSocket;
import io.biplane.network.fabric.ClusterNetwork;
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
        ApiClient client = playground.client();
        return findings(
                playground.nodes(),
                client.items(Kinds.PODS, null, ListOptions.ALL).stream().map(PodView::of).toList(),
                services(client),
                slices(client));
    }

    static List<ServiceView> services(ApiClient client) {
        return client.items(Kinds.SERVICES, null, ListOptions.ALL).stream()
                .map(ServiceView::of)
                .toList();
    }

    static List<EndpointSliceView> slices(ApiClient client) {
        return client.items(Kinds.ENDPOINT_SLICES, null, ListOptions.ALL).stream()
                .map(EndpointSliceView::of)
                .toList();
    }

    /** What the kernel holds, against what the API says. */
    List<Finding> findings(
            List<NodeView> nodes,
            List<PodView> allPods,
            List<ServiceView> services,
            List<EndpointSliceView> slices) {
        List<PodView> pods =
                allPods.stream()
                        .filter(pod -> !pod.hostNetwork() && !pod.terminal() && !pod.terminating())
                        .filter(pod -> !pod.ips().isEmpty())
                        .toList();
        ExpectedNetwork expected = new ExpectedNetwork(cluster.network(), nodes);
        List<Finding> findings = new ArrayList<>(aroundNodes(expected));
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
        findings.addAll(new NftablesAudit(cluster, ID).findings(nodes, services, slices));
        return findings;
    }

    /** What can be told without the API: all but nodes' blocks, pods and Services. */
    List<Finding> findingsWithoutApi(List<String> nodes) {
        List<Finding> findings =
                new ArrayList<>(aroundNodes(new ExpectedNetwork(cluster.network(), List.of())));
        for (String node : nodes) {
            findings.add(compare(node, cluster.network().nodeNamespace(node), List.of()));
        }
        return findings;
    }

    private List<Finding> aroundNodes(ExpectedNetwork expected) {
        HostSide host = cluster.host();
        ClusterNetwork network = cluster.network();
        return List.of(
                compare("host", host.namespace(), expected.ofHost(host.families())),
                compare("fabric", network.fabricNamespace(), expected.ofFabric(host.families())),
                compare("outside", network.outsideNamespace(), expected.ofOutside()));
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

    private static Set<NetworkFact> observed(String subject) {
        try (RouteSocket socket = RouteSocket.openHere(subject)) {
            return NetworkFact.observedHere(socket);
        }
    }

    private static Finding compare(
            String subject, NetworkNamespace namespace, Collection<NetworkFact> expected) {
        Set<NetworkFact> missing = new HashSet<>(expected);
        missing.removeAll(NamespaceThread.in(namespace, () -> observed(subject)));
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
