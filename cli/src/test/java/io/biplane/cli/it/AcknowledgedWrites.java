package io.biplane.cli.it;

import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.client.ApiClient;
import io.biplane.client.HttpsTransport;
import io.biplane.client.ListOptions;
import io.biplane.client.kubeconfig.Kubeconfig;
import io.biplane.linux.testing.Eventually;

import tools.jackson.databind.node.ObjectNode;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A client that writes all the time: new ConfigMaps, and the same one again and again. It keeps in
 * mind what the API server has acknowledged; what failed may be there or not.
 */
final class AcknowledgedWrites implements AutoCloseable {
    private static final String CHANGING = "changing";
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final HttpsTransport transport;
    private final ApiClient client;
    private final Map<String, Integer> acknowledged = new ConcurrentSkipListMap<>();
    private final Thread thread = Thread.ofPlatform().name("writes").unstarted(this::run);
    private volatile boolean ended;

    AcknowledgedWrites(Path kubeconfig) {
        this.transport = new HttpsTransport(Kubeconfig.load(kubeconfig).access());
        this.client = new ApiClient(transport, "acknowledged-writes");
    }

    void start() {
        ObjectNode _ = client.create(Kinds.CONFIG_MAPS, configMap(CHANGING, 0));
        acknowledged.put(CHANGING, 0);
        thread.start();
    }

    private static ObjectNode configMap(String name, int value) {
        ObjectNode object = Json.object().put("apiVersion", "v1").put("kind", "ConfigMap");
        object.putObject("metadata").put("namespace", "default").put("name", name);
        object.putObject("data").put("value", Integer.toString(value));
        return object;
    }

    private void run() {
        for (int i = 1; !ended; i++) {
            try {
                String name = "write-%d".formatted(i);
                ObjectNode _ = client.create(Kinds.CONFIG_MAPS, configMap(name, i));
                acknowledged.put(name, i);
                ObjectNode _ = client.update(Kinds.CONFIG_MAPS, configMap(CHANGING, i));
                acknowledged.put(CHANGING, i);
            } catch (UncheckedIOException | StatusException e) {
                LockSupport.parkNanos(PAUSE.toNanos()); // the server is away
            }
        }
    }

    /** Waits for so many more acknowledged writes. */
    void awaitMore(int count) {
        int goal = acknowledged.size() + count;
        Eventually.holds(
                Duration.ofSeconds(60),
                () ->
                        acknowledged.size() >= goal
                                ? ""
                                : "%d of %d writes".formatted(acknowledged.size(), goal));
    }

    int count() {
        return acknowledged.size();
    }

    /** What was acknowledged until now and is not there, or is there as it was before. */
    List<String> lost() {
        Map<String, Integer> expected = Map.copyOf(acknowledged);
        Map<String, Integer> there =
                client.items(Kinds.CONFIG_MAPS, "default", ListOptions.ALL).stream()
                        .filter(map -> map.path("data").has("value"))
                        .collect(
                                Collectors.toMap(
                                        map -> map.at("/metadata/name").asString(),
                                        map -> map.at("/data/value").asInt()));
        List<String> lost = new ArrayList<>();
        expected.forEach((name, value) -> {
            // The one that changes may have changed since, and by a write without an answer.
            if (there.getOrDefault(name, -1) < value) {
                lost.add("%s=%d, there is %s".formatted(name, value, there.get(name)));
            }
        });
        return lost;
    }

    @Override
    public void close() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        transport.close();
    }
}
