package io.biplane.client;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Reason;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The verbs of the Kubernetes API on JSON trees. Every method blocks until the answer is there and
 * throws {@link StatusException} when the API refuses, {@link UncheckedIOException} when the server
 * cannot be reached. Safe for use by many threads.
 */
public final class ApiClient {
    private static final byte[] NO_BODY = {};

    /** How long after its time a watch's end may come before the connection is held for dead. */
    private static final Duration WATCH_GRACE = Duration.ofSeconds(10);

    private final Transport transport;
    private final Map<String, String> headers;
    private final Duration watchGrace;

    /**
     * @param userAgent who asks: the component's name
     */
    public ApiClient(Transport transport, String userAgent) {
        this(transport, userAgent, WATCH_GRACE);
    }

    /** With another time to wait for the ends of watches. */
    ApiClient(Transport transport, String userAgent, Duration watchGrace) {
        this.transport = transport;
        this.headers = Map.of("Accept", "application/json", "User-Agent", userAgent);
        this.watchGrace = watchGrace;
    }

    /** The object; a {@link StatusException} with code 404 when there is none. */
    public ObjectNode get(Resource resource, @Nullable String namespace, String name) {
        return send("GET", resource.path(namespace, name), Map.of(), null);
    }

    /** The object, if there is one. */
    public Optional<ObjectNode> find(Resource resource, @Nullable String namespace, String name) {
        try {
            return Optional.of(get(resource, namespace, name));
        } catch (StatusException e) {
            if (e.code() == 404) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * The whole list object, with {@code metadata.resourceVersion}.
     *
     * @param namespace null for all of them
     */
    public ObjectNode list(Resource resource, @Nullable String namespace, ListOptions options) {
        return send("GET", resource.path(namespace, null), options.query(), null);
    }

    /**
     * The listed objects.
     *
     * @param namespace null for all of them
     */
    public List<ObjectNode> items(
            Resource resource, @Nullable String namespace, ListOptions options) {
        return Fields.list(list(resource, namespace, options), "items").stream()
                .map(ObjectNode.class::cast)
                .toList();
    }

    /** Creates the object in the namespace that its metadata names; returns it as stored. */
    public ObjectNode create(Resource resource, ObjectNode object) {
        return send("POST", resource.path(namespaceOf(object), null), Map.of(), object);
    }

    /** Replaces the object; with a {@code resourceVersion} that has passed, 409. */
    public ObjectNode update(Resource resource, ObjectNode object) {
        return send("PUT", pathOf(resource, object), Map.of(), object);
    }

    /** Replaces the object's status. */
    public ObjectNode updateStatus(Resource resource, ObjectNode object) {
        return send("PUT", pathOf(resource, object) + "/status", Map.of(), object);
    }

    /** Replaces a subresource such as {@code scale} or {@code finalize}. */
    public ObjectNode updateSubresource(Resource resource, ObjectNode object, String subresource) {
        return send("PUT", pathOf(resource, object) + "/" + subresource, Map.of(), object);
    }

    /** Changes the object by a patch. */
    public ObjectNode patch(
            Resource resource,
            @Nullable String namespace,
            String name,
            PatchType type,
            JsonNode patch) {
        return sendPatch(resource.path(namespace, name), type, patch);
    }

    /** Changes the object's status by a patch. */
    public ObjectNode patchStatus(
            Resource resource,
            @Nullable String namespace,
            String name,
            PatchType type,
            JsonNode patch) {
        return sendPatch(resource.path(namespace, name) + "/status", type, patch);
    }

    /** Asks for deletion as the kind does it by default. */
    public ObjectNode delete(Resource resource, @Nullable String namespace, String name) {
        return delete(resource, namespace, name, DeleteOptions.DEFAULT);
    }

    /** Asks for deletion; returns the object as it was left or last was, or a Status. */
    public ObjectNode delete(
            Resource resource, @Nullable String namespace, String name, DeleteOptions options) {
        return send("DELETE", resource.path(namespace, name), Map.of(), options.toJson());
    }

    /** Asks for deletion of all selected objects of a namespace. */
    public void deleteCollection(
            Resource resource, String namespace, ListOptions selection, DeleteOptions options) {
        send("DELETE", resource.path(namespace, null), selection.query(), options.toJson());
    }

    /** Binds a Pod to a Node; 409 when it is bound already. */
    public void bind(String namespace, String pod, String podUid, String node) {
        ObjectNode binding = Json.object();
        binding.put("apiVersion", "v1").put("kind", "Binding");
        binding.putObject("metadata")
                .put("namespace", namespace)
                .put("name", pod)
                .put("uid", podUid);
        binding.putObject("target").put("apiVersion", "v1").put("kind", "Node").put("name", node);
        send("POST", Kinds.PODS.path(namespace, pod) + "/binding", Map.of(), binding);
    }

    /**
     * Watches for changes after {@code options.resourceVersion()}.
     *
     * @param namespace null for all of them
     * @param timeoutSeconds when the server shall end the watch; if it has not some seconds later,
     *     the watch is closed here
     */
    public Watch watch(
            Resource resource,
            @Nullable String namespace,
            ListOptions options,
            long timeoutSeconds) {
        Map<String, String> query = options.query();
        query.put("watch", "true");
        query.put("allowWatchBookmarks", "true");
        query.put("timeoutSeconds", Long.toString(timeoutSeconds));
        LineStream lines =
                transport.stream(
                        new Request(
                                "GET",
                                target(resource.path(namespace, null), query),
                                headers,
                                NO_BODY));
        if (lines.code() != 200) {
            throw refused(lines);
        }
        return new Watch(lines, Duration.ofSeconds(timeoutSeconds).plus(watchGrace));
    }

    /** The answer to GET of any path, such as {@code /version} or {@code /readyz}, as text. */
    public String raw(String path) {
        Response response = transport.send(new Request("GET", path, headers, NO_BODY));
        if (response.code() >= 300) {
            throw error(response.code(), response.body());
        }
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static String pathOf(Resource resource, ObjectNode object) {
        return resource.path(namespaceOf(object), Fields.text(object, "metadata", "name"));
    }

    private static @Nullable String namespaceOf(ObjectNode object) {
        return Fields.optionalText(object, "metadata", "namespace").orElse(null);
    }

    private ObjectNode sendPatch(String path, PatchType type, JsonNode patch) {
        Map<String, String> withType = new HashMap<>(headers);
        withType.put("Content-Type", type.mediaType());
        return answer(transport.send(new Request("PATCH", path, withType, Json.bytes(patch))));
    }

    private ObjectNode send(
            String method, String path, Map<String, String> query, @Nullable ObjectNode body) {
        Map<String, String> all = headers;
        if (body != null) {
            all = new HashMap<>(headers);
            all.put("Content-Type", "application/json");
        }
        byte[] bytes = body == null ? NO_BODY : Json.bytes(body);
        return answer(transport.send(new Request(method, target(path, query), all, bytes)));
    }

    private static ObjectNode answer(Response response) {
        if (response.code() >= 300) {
            throw error(response.code(), response.body());
        }
        if (Json.parse(response.body()) instanceof ObjectNode object) {
            return object;
        }
        throw new UncheckedIOException(new IOException("the API server's answer is not an object"));
    }

    private static StatusException refused(LineStream lines) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (lines) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                body.write(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return error(lines.code(), body.toByteArray());
    }

    private static StatusException error(int code, byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        try {
            if (Json.parse(body) instanceof ObjectNode status
                    && Fields.text(status, "kind").equals("Status")) {
                return StatusException.of(status, code);
            }
        } catch (JacksonException notJson) {
            // a proxy between us and the server answers in words of its own
        }
        return new StatusException(Reason.ofCode(code), text.strip());
    }

    private static String target(String path, Map<String, String> query) {
        if (query.isEmpty()) {
            return path;
        }
        return query.entrySet().stream()
                .map(e ->
                        e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&", path + "?", ""));
    }
}
