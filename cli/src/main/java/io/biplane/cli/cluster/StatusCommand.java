package io.biplane.cli.cluster;

import io.biplane.api.Kinds;
import io.biplane.api.StatusException;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.client.ApiClient;
import io.biplane.client.HttpsTransport;
import io.biplane.client.ListOptions;
import io.biplane.client.kubeconfig.Kubeconfig;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.ProcessId;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code biplane status}: what runs of a cluster, and how its nodes are. */
@Command(
        name = "status",
        description =
                "What runs of a cluster: its processes, nodes and namespaces. Exit code 1 when it is not all up.",
        mixinStandardHelpOptions = true)
public final class StatusCommand implements Callable<Integer> {
    private static final String ROW = "%-14s %-8s %s%n";

    @Mixin private ClusterReference cluster = new ClusterReference();

    @Override
    public Integer call() {
        DataDirectory data = cluster.data(CallingUser.current());
        ClusterSpec spec = cluster.requireSpec();
        System.out.printf(
                "cluster %s: pods %s, services %s, API https://127.0.0.1:%d%n",
                spec.name(), spec.network().pods(), spec.network().services(), spec.securePort());
        boolean whole = true;
        for (Component component : Component.values()) {
            Optional<ProcessId> process = component.find(data);
            whole &= process.isPresent();
            System.out.printf(
                    ROW,
                    component.id(),
                    process.isPresent() ? "running" : "DOWN",
                    process.map(p -> "pid " + p.pid()).orElse(ended(component, data)));
        }
        long namespaces =
                NetworkNamespace.list().stream()
                        .filter(name -> name.startsWith(spec.name() + "-"))
                        .count();
        System.out.printf(ROW, "namespaces", namespaces, "in " + NetworkNamespace.DIRECTORY);
        return whole && nodes(data) ? 0 : 1;
    }

    private static String ended(Component component, DataDirectory data) {
        int inARow = Restarts.read(data, component).inARow();
        String often = inARow == 0 ? "" : "started again %d times in a row; ".formatted(inARow);
        return "%slog %s (biplane up starts it)".formatted(often, component.log(data));
    }

    private static boolean nodes(DataDirectory data) {
        try (HttpsTransport transport =
                new HttpsTransport(Kubeconfig.load(data.adminConfig()).access())) {
            ApiClient client = new ApiClient(transport, "biplane-status");
            List<PodView> pods =
                    client.items(Kinds.PODS, null, ListOptions.ALL).stream()
                            .map(PodView::of)
                            .toList();
            boolean ready = true;
            for (NodeView node :
                    client.items(Kinds.NODES, null, ListOptions.ALL).stream()
                            .map(NodeView::of)
                            .toList()) {
                ready &= node.ready();
                long count =
                        pods.stream().filter(pod -> pod.nodeName().equals(node.name())).count();
                System.out.printf(
                        ROW,
                        node.name(),
                        node.ready() ? "Ready" : "NotReady",
                        "%s pods %s (%d)"
                                .formatted(node.ips("InternalIP"), node.podCidrs(), count));
            }
            return ready;
        } catch (UncheckedIOException | StatusException e) {
            System.out.printf(ROW, "API server", "DOWN", e.getMessage());
            return false;
        }
    }
}
