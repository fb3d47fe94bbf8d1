package io.biplane.cli.cluster;

import io.biplane.api.Kinds;
import io.biplane.api.StatusException;
import io.biplane.api.view.NodeView;
import io.biplane.cli.CommandFailure;
import io.biplane.client.ApiClient;
import io.biplane.client.HttpsTransport;
import io.biplane.client.ListOptions;
import io.biplane.client.kubeconfig.Kubeconfig;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a cluster to be Ready, and gives up early when one of its processes has ended. */
final class Readiness {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(15);

    private final ClusterSpec spec;
    private final DataDirectory data;

    Readiness(ClusterSpec spec, DataDirectory data) {
        this.spec = spec;
        this.data = data;
    }

    /** A client, and the connections it holds. */
    record Access(ApiClient client, HttpsTransport transport) implements AutoCloseable {
        @Override
        public void close() {
            transport.close();
        }
    }

    /** Waits until the API server answers that it is ready. */
    Access apiServer() {
        awaitFile(data.agentsConfig());
        HttpsTransport transport =
                new HttpsTransport(Kubeconfig.load(data.agentsConfig()).access());
        Access access = new Access(new ApiClient(transport, "biplane-up"), transport);
        await(
                "the API server to answer on port " + spec.securePort(),
                () -> {
                    try {
                        return Optional.of(access.client().raw("/readyz"));
                    } catch (UncheckedIOException | StatusException e) {
                        return Optional.empty();
                    }
                });
        return access;
    }

    /** Waits until every node is Ready. */
    void nodes(ApiClient client) {
        List<String> wanted = spec.nodeNames();
        await(
                "the nodes to be Ready",
                () -> {
                    List<String> ready =
                            client.items(Kinds.NODES, null, ListOptions.ALL).stream()
                                    .map(NodeView::of)
                                    .filter(NodeView::ready)
                                    .map(node -> node.meta().name())
                                    .toList();
                    return ready.containsAll(wanted) ? Optional.of(true) : Optional.empty();
                });
    }

    /** Waits until the administrator's kubeconfig is there. */
    void adminConfig() {
        awaitFile(data.adminConfig());
    }

    private void awaitFile(Path file) {
        await(
                "the control plane to write " + file,
                () -> Files.exists(file) ? Optional.of(file) : Optional.empty());
    }

    private <T> T await(String what, Supplier<Optional<T>> condition) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (true) {
            Optional<T> result = condition.get();
            if (result.isPresent()) {
                return result.get();
            }
            for (Component component : Component.values()) {
                if (component.find(data).isEmpty()) {
                    throw new CommandFailure(
                            "the %s ended while waiting for %s; its log %s ends with:%n%s"
                                    .formatted(
                                            component.id(),
                                            what,
                                            component.log(data),
                                            component.lastWords(data)));
                }
            }
            if (System.nanoTime() > deadline) {
                throw new CommandFailure(
                        "waited %d s for %s in vain (the logs in %s may tell why; biplane status shows the nodes)"
                                .formatted(DEADLINE.toSeconds(), what, data.logs()));
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
