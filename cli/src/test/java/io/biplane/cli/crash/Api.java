package io.biplane.cli.crash;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.client.HttpsTransport;
import io.biplane.client.LineStream;
import io.biplane.client.Request;
import io.biplane.client.Response;
import io.biplane.client.kubeconfig.Kubeconfig;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Plain requests over HTTPS, as the administrator. */
final class Api implements AutoCloseable {
    private static final byte[] NOTHING = {};
    private static final Map<String, String> HEADERS =
            Map.of("Accept", "application/json", "Content-Type", "application/json");

    private final HttpsTransport transport;

    Api(Path data) {
        transport = new HttpsTransport(Kubeconfig.load(data.resolve("admin.conf")).access());
    }

    /** An answer, whatever its code. */
    record Answer(int code, ObjectNode json) {
        boolean ok() {
            return code / 100 == 2;
        }

        long revision() {
            return Api.revision(json);
        }

        String message() {
            return Fields.string(json, "message");
        }

        /** Its object, where nothing else will do. */
        ObjectNode succeeded() {
            if (!ok()) {
                throw new AssertionError("%d %s".formatted(code, Json.text(json)));
            }
            return json;
        }
    }

    /**
     * Sends a request.
     *
     * @throws UncheckedIOException if there was no answer
     */
    Answer send(String method, String target, @Nullable ObjectNode body) {
        Response response =
                transport.send(
                        new Request(
                                method,
                                target,
                                HEADERS,
                                body == null ? NOTHING : Json.bytes(body)));
        return new Answer(response.code(), Json.parseObject(response.body()));
    }

    /** The objects of a collection, and its version. */
    record Listed(List<ObjectNode> items, long revision) {}

    Listed list(String collection) {
        ObjectNode list = send("GET", collection, null).succeeded();
        List<ObjectNode> items = new ArrayList<>();
        for (JsonNode item : list.path("items")) {
            items.add((ObjectNode) item);
        }
        return new Listed(items, revision(list));
    }

    LineStream watch(String collection, long revision) {
        return transport.stream(
                new Request(
                        "GET",
                        collection
                                + "?watch=true&allowWatchBookmarks=true&resourceVersion="
                                + revision,
                        HEADERS,
                        NOTHING));
    }

    static long revision(JsonNode object) {
        String text = Fields.string(object, "metadata", "resourceVersion");
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    static String name(JsonNode object) {
        return Fields.string(object, "metadata", "name");
    }

    static String uid(JsonNode object) {
        return Fields.string(object, "metadata", "uid");
    }

    @Override
    public void close() {
        transport.close();
    }
}
