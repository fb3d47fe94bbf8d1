package io.biplane.cli.status;

import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.cli.cluster.ClusterSpec;
import io.biplane.cli.validate.KernelAudit;
import io.biplane.client.ApiClient;
import io.biplane.client.HttpsTransport;
import io.biplane.client.ListOptions;
import io.biplane.client.kubeconfig.Kubeconfig;
import io.biplane.linux.Privileges;
import io.biplane.network.fabric.HostSide;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What the API says of nodes and pods, and what the kernel holds of it. */
final class ApiAndKernelLines {
    private final ClusterSpec spec;
    private final Path kubeconfig;
    private final HostSide host = HostSide.ofThisProcess();
    private final List<Line> lines = new ArrayList<>();

    ApiAndKernelLines(ClusterSpec spec, Path kubeconfig) {
        this.spec = spec;
        this.kubeconfig = kubeconfig;
    }

    /** What the API says, and how the kernel differs from it. */
    List<Line> lines() {
        try (HttpsTransport transport = new HttpsTransport(Kubeconfig.load(kubeconfig).access())) {
            ApiClient client = new ApiClient(transport, "biplane-status");
            List<NodeView> nodes =
                    client.items(Kinds.NODES, null, ListOptions.ALL).stream()
                            .map(NodeView::of)
                            .toList();
            List<PodView> pods =
                    client.items(Kinds.PODS, null, ListOptions.ALL).stream()
                            .map(PodView::of)
                            .toList();
            nodes(nodes, pods);
            pods(pods);
            kernel(() -> KernelAudit.of(spec.network(), host, client, nodes, pods));
            return lines;
        } catch (UncheckedIOException | StatusException e) {
            lines.clear();
            return linesWithoutApi(String.valueOf(e.getMessage()));
        }
    }

    /**
     * What can be told without the API server.
     *
     * @param why it is not asked
     */
    List<Line> linesWithoutApi(String why) {
        lines.add(new Line("api", "API server", false, "DOWN", why));
        kernel(() -> KernelAudit.withoutApi(spec.network(), host, spec.nodeNames()));
        return lines;
    }

    private void nodes(List<NodeView> known, List<PodView> pods) {
        Map<String, NodeView> nodes =
                known.stream().collect(Collectors.toMap(NodeView::name, node -> node));
        for (String name : spec.nodeNames()) {
            NodeView node = nodes.get(name);
            if (node == null) {
                lines.add(new Line("node", name, false, "MISSING", "the API server knows none"));
                continue;
            }
            long count = pods.stream().filter(pod -> pod.nodeName().equals(name)).count();
            lines.add(
                    new Line(
                            "node",
                            name,
                            node.ready(),
                            node.ready() ? "Ready" : "NotReady",
                            "%s pods %s (%d)"
                                    .formatted(node.ips("InternalIP"), node.podCidrs(), count)));
        }
    }

    /** Those that should be Ready and are not. */
    private void pods(List<PodView> pods) {
        for (PodView pod : pods) {
            if (!pod.nodeName().isEmpty()
                    && !pod.terminal()
                    && !pod.terminating()
                    && !pod.ready()) {
                lines.add(
                        new Line(
                                "pod",
                                "pod %s/%s".formatted(pod.namespace(), pod.name()),
                                false,
                                "NotReady",
                                "on " + pod.nodeName()));
            }
        }
    }

    private void kernel(Supplier<KernelAudit> look) {
        if (!Privileges.has(Privileges.Capability.SYS_ADMIN)) {
            lines.add(
                    new Line(
                            "kernel",
                            "kernel",
                            true,
                            "unknown",
                            "not compared: only root may look into namespaces"));
            return;
        }
        KernelAudit audit = look.get();
        for (KernelAudit.Damage damage : audit.damages()) {
            lines.add(new Line("kernel", damage.subject(), false, "DAMAGED", damage.what()));
        }
        if (audit.damages().isEmpty()) {
            lines.add(
                    new Line(
                            "kernel",
                            "kernel",
                            true,
                            "as desired",
                            "%d namespaces and tables".formatted(audit.looks())));
        }
    }
}
