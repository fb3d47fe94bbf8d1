package io.biplane.apiserver.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Json;
import io.biplane.apiserver.TestServer;
import io.biplane.apiserver.exchange.Response;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The verbs, through the handler that the in-process transport uses. */
class RegistryTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String MERGE = "application/merge-patch+json";

    @TempDir static Path directory;
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = new TestServer(directory);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String map(String name) {
        return "{\"metadata\":{\"name\":\"%s\",\"labels\":{\"n\":\"%s\"}},\"data\":{}}"
                .formatted(name, name);
    }

    private static String pod(String name, String more) {
        return """
        {"metadata":{"name":"%s"%s},"spec":{"containers":[{"name":"c","image":"i"}]}}\
        """
                .formatted(name, more);
    }

    @Test
    void aWriterWithAnOldVersionIsToldInUpstreamsWords() {
        ObjectNode first = server.json("POST", MAPS, map("stale"));
        server.json("PATCH", MAPS + "/stale", MERGE, "{\"data\":{\"a\":\"1\"}}");

        ObjectNode status = server.json("PUT", MAPS + "/stale", Json.text(first));

        assertThat(TestServer.text(status, "message"))
                .isEqualTo(
                        "Operation cannot be fulfilled on configmaps \"stale\": the object has been"
                                + " modified; please apply your changes to the latest version and try"
                                + " again");
        assertThat(status.path("code").intValue()).isEqualTo(409);
    }

    @Test
    void whatDoesNotExistIsNotCreatedByUpdate() {
        assertThat(server.code("PUT", MAPS + "/absent", map("absent"))).isEqualTo(404);
    }

    @Test
    void anUnchangedUpdateWritesNothing() {
        ObjectNode first = server.json("POST", MAPS, map("same"));
        ObjectNode second = server.json("PUT", MAPS + "/same", Json.text(first));

        assertThat(TestServer.text(second, "metadata", "resourceVersion"))
                .isEqualTo(TestServer.text(first, "metadata", "resourceVersion"));
    }

    @Test
    void aDryRunLeavesNothingBehind() {
        assertThat(server.code("POST", MAPS + "?dryRun=All", map("dry"))).isEqualTo(201);
        assertThat(server.code("GET", MAPS + "/dry", "")).isEqualTo(404);
    }

    @Test
    void listsInPartsAreOneListAsOfOneRevision() {
        String path = "/api/v1/namespaces/kube-public/configmaps";
        for (int i = 0; i < 25; i++) {
            server.json("POST", path, map("part-%02d".formatted(i)));
        }
        ObjectNode part = server.get(path + "?limit=10");
        server.json("DELETE", path + "/part-24", "");
        List<String> names = new ArrayList<>(names(part));
        assertThat(part.path("metadata").path("remainingItemCount").intValue()).isEqualTo(15);
        while (part.path("metadata").has("continue")) {
            part =
                    server.get(
                            path
                                    + "?limit=10&continue="
                                    + TestServer.text(part, "metadata", "continue"));
            names.addAll(names(part));
        }
        assertThat(names).hasSize(25).isSorted();
    }

    @Test
    void selectorsSelect() {
        server.json("POST", MAPS, map("chosen"));
        server.json("POST", MAPS, map("other"));

        assertThat(names(server.get(MAPS + "?labelSelector=n%20in%20(chosen)")))
                .containsExactly("chosen");
        assertThat(names(server.get(MAPS + "?fieldSelector=metadata.name%3Dchosen")))
                .containsExactly("chosen");
        assertThat(server.code("GET", MAPS + "?fieldSelector=spec.x%3D1", "")).isEqualTo(400);
    }

    private static List<String> names(ObjectNode list) {
        List<String> names = new ArrayList<>();
        list.path("items").forEach(i -> names.add(TestServer.text(i, "metadata", "name")));
        return names;
    }

    @Test
    void generatedNamesDiffer() {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            ObjectNode made =
                    server.json("POST", MAPS, "{\"metadata\":{\"generateName\":\"gen-\"}}");
            names.add(TestServer.text(made, "metadata", "name"));
        }
        assertThat(names).hasSize(100).allMatch(n -> n.matches("gen-[a-z0-9]{5}"));
    }

    @Test
    void finalizersHoldAnObjectUntilTheyAreGone() {
        server.json("POST", MAPS, "{\"metadata\":{\"name\":\"held\",\"finalizers\":[\"x.io/f\"]}}");
        ObjectNode marked = server.json("DELETE", MAPS + "/held", "");
        assertThat(TestServer.text(marked, "metadata", "deletionTimestamp")).isNotEmpty();
        assertThat(server.code("GET", MAPS + "/held", "")).isEqualTo(200);

        server.json("PATCH", MAPS + "/held", MERGE, "{\"metadata\":{\"finalizers\":null}}");
        assertThat(server.code("GET", MAPS + "/held", "")).isEqualTo(404);
    }

    @Test
    void aBoundPodEndsGracefullyAndAnUnboundOneAtOnce() {
        server.json("POST", PODS, pod("unbound", ""));
        server.json("DELETE", PODS + "/unbound", "");
        assertThat(server.code("GET", PODS + "/unbound", "")).isEqualTo(404);

        server.json("POST", PODS, pod("bound", ""));
        bind("bound", "node-1");
        ObjectNode marked = server.json("DELETE", PODS + "/bound", "");
        assertThat(marked.path("metadata").path("deletionGracePeriodSeconds").intValue())
                .isEqualTo(30);
        server.json("DELETE", PODS + "/bound", "{\"gracePeriodSeconds\":0}");
        assertThat(server.code("GET", PODS + "/bound", "")).isEqualTo(404);
    }

    @Test
    void aPodIsBoundOnce() {
        server.json("POST", PODS, pod("once", ""));
        assertThat(TestServer.text(bind("once", "node-1"), "status")).isEqualTo("Success");
        assertThat(TestServer.text(bind("once", "node-2"), "message"))
                .isEqualTo(
                        "Operation cannot be fulfilled on pods/binding \"once\": pod once is already"
                                + " assigned to node \"node-1\"");
        assertThat(TestServer.text(server.get(PODS + "/once"), "spec", "nodeName"))
                .isEqualTo("node-1");
    }

    private static ObjectNode bind(String pod, String node) {
        return server.json(
                "POST",
                PODS + "/" + pod + "/binding",
                "{\"metadata\":{\"name\":\"%s\"},\"target\":{\"kind\":\"Node\",\"name\":\"%s\"}}"
                        .formatted(pod, node));
    }

    @Test
    void statusAndSpecAreWrittenApart() {
        server.json("POST", PODS, pod("apart", ""));
        server.json("PATCH", PODS + "/apart/status", MERGE, "{\"status\":{\"phase\":\"Running\"}}");
        server.json("PATCH", PODS + "/apart", MERGE, "{\"status\":{\"phase\":\"Failed\"}}");

        assertThat(TestServer.text(server.get(PODS + "/apart"), "status", "phase"))
                .isEqualTo("Running");
    }

    @Test
    void aNamespaceGoesWhenItsFinalizerIsGone() {
        server.json("POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"brief\"}}");
        server.json("DELETE", "/api/v1/namespaces/brief", "");
        ObjectNode namespace = server.get("/api/v1/namespaces/brief");
        assertThat(TestServer.text(namespace, "status", "phase")).isEqualTo("Terminating");
        assertThat(server.code("POST", "/api/v1/namespaces/brief/configmaps", map("late")))
                .isEqualTo(403);

        ((ObjectNode) namespace.path("spec")).remove("finalizers");
        server.json("PUT", "/api/v1/namespaces/brief/finalize", Json.text(namespace));
        assertThat(server.code("GET", "/api/v1/namespaces/brief", "")).isEqualTo(404);
    }

    @Test
    void aWatchTellsWhatChangesInAndOutOfItsSelection() throws Exception {
        String revision = TestServer.text(server.get(MAPS), "metadata", "resourceVersion");
        List<String> seen = new ArrayList<>();
        try (Response.Chunks chunks =
                watch(MAPS, "labelSelector=n%3Din&resourceVersion=" + revision)) {
            server.json("POST", MAPS, map("in"));
            server.json("POST", MAPS, map("out"));
            server.json("PATCH", MAPS + "/in", MERGE, "{\"data\":{\"a\":\"1\"}}");
            server.json("PATCH", MAPS + "/in", MERGE, "{\"metadata\":{\"labels\":{\"n\":\"no\"}}}");
            server.json("PATCH", MAPS + "/in", MERGE, "{\"metadata\":{\"labels\":{\"n\":\"in\"}}}");
            server.json("DELETE", MAPS + "/in", "");
            while (seen.size() < 5) {
                seen.addAll(types(chunks.next()));
            }
        }
        assertThat(seen).containsExactly("ADDED", "MODIFIED", "DELETED", "ADDED", "DELETED");
    }

    @Test
    void aWatchCanBeginWithWhatExists() throws Exception {
        server.json("POST", MAPS, map("there"));
        try (Response.Chunks chunks =
                watch(
                        MAPS,
                        "fieldSelector=metadata.name%3Dthere&sendInitialEvents=true"
                                + "&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true")) {
            List<byte[]> first = chunks.next();
            assertThat(types(first)).containsExactly("ADDED", "BOOKMARK");
            JsonNode mark = Json.parse(first.getLast());
            assertThat(
                            mark.path("object")
                                    .path("metadata")
                                    .path("annotations")
                                    .path("k8s.io/initial-events-end")
                                    .asString())
                    .isEqualTo("true");
        }
    }

    @Test
    void aWatchFromACompactedRevisionIsRefused() throws Exception {
        try (TestServer own = new TestServer(directory.resolve("compacted"))) {
            own.json("POST", MAPS, map("a"));
            own.json("POST", MAPS, map("b"));
            own.store().compact(own.store().revision());
            Response response = own.send("GET", MAPS + "?watch=true&resourceVersion=1", "", "");
            assertThat(response.code()).isEqualTo(410);
            assertThat(own.code("GET", MAPS + "?resourceVersion=1&resourceVersionMatch=Exact", ""))
                    .isEqualTo(410);
        }
    }

    private static Response.Chunks watch(String path, String query) {
        Response response = server.send("GET", path + "?watch=true&" + query, "", "");
        return ((Response.Stream) response).chunks();
    }

    private static List<String> types(List<byte[]> lines) {
        return lines.stream()
                .map(l -> Json.parse(new String(l, StandardCharsets.UTF_8)))
                .map(e -> TestServer.text(e, "type"))
                .toList();
    }

    @Test
    void theFirstServiceCarriesBothFamilies() {
        ObjectNode service = server.get("/api/v1/namespaces/default/services/kubernetes");
        assertThat(Json.text(service.path("spec").path("clusterIPs")))
                .isEqualTo("[\"10.96.0.1\",\"fd00:10:96::1\"]");
        assertThat(names(server.get("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices")))
                .containsExactly("kubernetes", "kubernetes-ipv6");
    }

    @Test
    void whatIsNotServedSaysSo() {
        assertThat(server.code("GET", "/api/v1/widgets", "")).isEqualTo(404);
        assertThat(server.code("GET", "/apis/x.io/v1", "")).isEqualTo(404);
        assertThat(server.code("DELETE", "/api/v1/namespaces", "")).isEqualTo(405);
        assertThat(server.send("POST", MAPS, "text/csv", "a,b").code()).isEqualTo(415);
        assertThat(server.send("PATCH", MAPS + "/x", "application/apply-patch+yaml", "a: b").code())
                .isEqualTo(415);
    }
}
