package io.biplane.cli.validate;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.EndpointSliceView;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.client.ApiClient;
import io.biplane.client.DeleteOptions;
import io.biplane.client.ListOptions;
import io.biplane.loop.Await;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * A namespace of the validation's own, with one pod on every node: {@code pod01}, {@code pod02}, …,
 * all labelled as the documented Services select them and listening on 9376. It is deleted at the
 * end.
 */
final class Playground implements AutoCloseable {
    /** The targetPort of the documented Services. */
    static final int TARGET_PORT = 9376;

    static final Map<String, String> LABELS =
            Map.of("app", "MyApp", "app.kubernetes.io/name", "MyApp");

    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final String IMAGE = "registry.k8s.io/e2e-test-images/agnhost:2.53";

    private final ApiClient client;
    private final String namespace;
    private final boolean asIs;

    private Playground(ApiClient client, String namespace, boolean asIs) {
        this.client = client;
        this.namespace = namespace;
        this.asIs = asIs;
    }

    /** Makes nothing: the pods of the validation are those that are there, one on each node. */
    static Playground asIs(ApiClient client) {
        return new Playground(client, "", true);
    }

    /** Makes the namespace and the pods, and does not wait for them. */
    static Playground open(ApiClient client) {
        String namespace =
                "biplane-validate-"
                        + Integer.toString(
                                ThreadLocalRandom.current().nextInt(36 * 36 * 36 * 36), 36);
        ObjectNode object = object("Namespace", null, namespace);
        client.create(Kinds.NAMESPACES, object);
        Playground playground = new Playground(client, namespace, false);
        int number = 1;
        for (NodeView node : playground.nodes()) {
            client.create(Kinds.PODS, playground.pod("pod%02d".formatted(number++), node.name()));
        }
        return playground;
    }

    private ObjectNode pod(String name, String node) {
        ObjectNode pod = object("Pod", namespace, name);
        ObjectNode labels = ((ObjectNode) pod.get("metadata")).putObject("labels");
        LABELS.forEach(labels::put);
        ObjectNode spec = pod.putObject("spec");
        spec.put("nodeName", node).put("terminationGracePeriodSeconds", 0);
        ObjectNode container = spec.putArray("containers").addObject();
        container.put("name", "agnhost").put("image", IMAGE);
        container
                .putArray("args")
                .add("netexec")
                .add("--http-port=" + TARGET_PORT)
                .add("--udp-port=" + TARGET_PORT);
        ArrayNode ports = container.putArray("ports");
        for (String protocol : List.of("TCP", "UDP")) {
            ports.addObject()
                    .put("name", protocol.toLowerCase(Locale.ROOT))
                    .put("containerPort", TARGET_PORT)
                    .put("protocol", protocol);
        }
        return pod;
    }

    static ObjectNode object(String kind, @Nullable String namespace, String name) {
        ObjectNode object = Json.object().put("apiVersion", "v1").put("kind", kind);
        ObjectNode metadata = object.putObject("metadata").put("name", name);
        if (namespace != null) {
            metadata.put("namespace", namespace);
        }
        return object;
    }

    ApiClient client() {
        return client;
    }

    String namespace() {
        return namespace;
    }

    List<NodeView> nodes() {
        return client.items(Kinds.NODES, null, ListOptions.ALL).stream().map(NodeView::of).toList();
    }

    /** The pods that the validation works with, as they are now. */
    List<PodView> pods() {
        return asIs ? oneOnEachNode() : own();
    }

    private List<PodView> oneOnEachNode() {
        Map<String, PodView> byNode = new TreeMap<>();
        client.items(Kinds.PODS, null, ListOptions.ALL).stream()
                .map(PodView::of)
                .filter(pod -> pod.ready() && !pod.hostNetwork())
                .forEach(pod -> byNode.putIfAbsent(pod.nodeName(), pod));
        return List.copyOf(byNode.values());
    }

    private List<PodView> own() {
        return client.items(Kinds.PODS, namespace, ListOptions.ALL).stream()
                .map(PodView::of)
                .toList();
    }

    /**
     * The validation's own pods once all of them are Ready.
     *
     * @return as they are after the deadline, if they are not
     */
    List<PodView> readyPods() {
        return await(
                        () -> {
                            List<PodView> pods = pods();
                            return pods.stream().allMatch(PodView::ready)
                                    ? Optional.of(pods)
                                    : Optional.empty();
                        })
                .orElseGet(this::pods);
    }

    /**
     * Makes a Service over the pods, of as many families as the cluster has, TCP and UDP, with node
     * ports; returns when all pods stand in its slices.
     */
    void exposeToAll() {
        if (asIs) {
            return;
        }
        String name = "all";
        ObjectNode service = object("Service", namespace, name);
        ObjectNode spec = service.putObject("spec").put("type", "NodePort");
        spec.put("ipFamilyPolicy", "PreferDualStack");
        LABELS.forEach(spec.putObject("selector")::put);
        ArrayNode ports = spec.putArray("ports");
        for (String protocol : List.of("TCP", "UDP")) {
            ports.addObject()
                    .put("name", protocol.toLowerCase(Locale.ROOT))
                    .put("protocol", protocol)
                    .put("port", 80)
                    .put("targetPort", TARGET_PORT);
        }
        ObjectNode created = client.create(Kinds.SERVICES, service);
        int families = Fields.list(created, "spec", "clusterIPs").size();
        long wanted = (long) families * pods().size();
        await(() -> {
            long ready =
                    client
                            .items(
                                    Kinds.ENDPOINT_SLICES,
                                    namespace,
                                    ListOptions.labels(
                                            EndpointSliceView.SERVICE_LABEL + "=" + name))
                            .stream()
                            .map(EndpointSliceView::of)
                            .flatMap(slice -> slice.endpoints().stream())
                            .filter(EndpointSliceView.Endpoint::ready)
                            .count();
            return ready >= wanted ? Optional.of(true) : Optional.empty();
        });
    }

    /** Asks again until there is an answer, or none in time. */
    static <T> Optional<T> await(Supplier<Optional<T>> question) {
        return await(DEADLINE, question);
    }

    /** Asks again until there is an answer, or none within the time. */
    static <T> Optional<T> await(Duration patience, Supplier<Optional<T>> question) {
        try {
            return Await.within(patience).every(PAUSE).answer(question::get);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        if (asIs) {
            return;
        }
        for (PodView pod : pods()) {
            ignoreMissing(() ->
                    client.delete(
                            Kinds.PODS, namespace, pod.name(), DeleteOptions.DEFAULT.withGrace(0)));
        }
        ignoreMissing(() -> client.delete(Kinds.NAMESPACES, null, namespace));
        // The next run shall not meet the rest of this one.
        await(() ->
                client.find(Kinds.NAMESPACES, null, namespace).isEmpty()
                        ? Optional.of(true)
                        : Optional.empty());
    }

    private static void ignoreMissing(Runnable deletion) {
        try {
            deletion.run();
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }
}
