package io.biplane.apiserver.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.apiserver.TestServer;
import io.biplane.apiserver.exchange.Response;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What request lines become. Where upstream answers otherwise, a row says so.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris">Resource
 *     URIs</a>
 */
class RouterTest {
    private static final String MAP =
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"%s\"}}";
    private static final String NOT_SERVED =
            "404 NotFound the server could not find the requested resource";

    @TempDir static Path directory;
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = new TestServer(directory);
        server.json("POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"pods\"}}");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void aMapInEachOfTwoNamespaces() {
        for (String namespace : List.of("default", "pods")) {
            String maps = "/api/v1/namespaces/" + namespace + "/configmaps";
            server.json("DELETE", maps, "");
            server.json("POST", maps, MAP.formatted("a"));
        }
    }

    private static String answer(String method, String line) {
        String body = method.equals("POST") || method.equals("PUT") ? MAP.formatted("b") : "";
        String type = method.equals("PATCH") ? "application/merge-patch+json" : "application/json";
        Response response = server.send(method, line, type, method.equals("PATCH") ? "{}" : body);
        if (!(response instanceof Response.Full full)) {
            ((Response.Stream) response).chunks().close();
            return response.code() + " stream";
        }
        String text = new String(full.body(), StandardCharsets.UTF_8);
        if (!text.startsWith("{")) {
            return full.code() + " text " + text.strip();
        }
        ObjectNode json = Json.parseObject(text);
        String kind = Fields.string(json, "kind");
        if (kind.equals("Status") && full.code() >= 400) {
            assertThat(json.path("code").intValue()).isEqualTo(full.code());
            assertThat(Fields.string(json, "status")).isEqualTo("Failure");
            return "%d %s %s"
                    .formatted(
                            full.code(),
                            Fields.string(json, "reason"),
                            Fields.string(json, "message"));
        }
        StringBuilder what = new StringBuilder(full.code() + " " + kind);
        for (JsonNode item : json.path("items")) {
            String namespace = Fields.string(item, "metadata", "namespace");
            String name = Fields.string(item, "metadata", "name");
            what.append(' ').append(namespace).append('/').append(name);
        }
        return what + " " + Fields.string(json, "metadata", "name");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | NS/configmaps | 200 ConfigMapList default/a",
                "GET | /api/v1/configmaps | 200 ConfigMapList default/a pods/a",
                "GET | NS/configmaps/ | 200 ConfigMapList default/a",
                "GET | NS/configmaps/a | 200 ConfigMap a",
                "GET | NS/configmaps/a?watch=true | 200 stream", // upstream: the object
                "HEAD | NS/configmaps/a | 200 ConfigMap a",
                "GET | NS/configmaps/a/ | 200 ConfigMap a",
                "GET | NS/configmaps/c | 404 NotFound configmaps \"c\" not found",
                "GET | NS/configmaps/%61 | 404 NotFound configmaps \"%61\" not found", // decoded by
                // http
                "GET | NS/configmaps?fieldSelector=metadata.name%3Dc | 200 ConfigMapList",
                "GET | NS/configmaps?watch=true | 200 stream",
                "GET | NS/configmaps?watch | 200 stream",
                "GET | NS/configmaps?watch=True | 200 stream", // Python's
                "GET | NS/configmaps?watch=false | 200 ConfigMapList default/a",
                "GET | /api/v1/namespaces/pods | 200 Namespace pods",
                "GET | /api/v1/namespaces/pods/status | 200 Namespace pods",
                "GET | /api/v1/namespaces/pods/pods/pods | 404 NotFound pods \"pods\" not found",
                "GET | /api/v1/namespaces/pods/configmaps | 200 ConfigMapList pods/a",
                "GET | /api/v1/namespaces/status/configmaps | 200 ConfigMapList",
                "GET | NS/pods/p/status | 404 NotFound pods \"p\" not found",
                "GET | /api/v1/nodes/n/status | 404 NotFound nodes \"n\" not found",
                "GET | /apis/apps/v1/namespaces/x/deployments/d/scale | 404 NotFound deployments.apps \"d\" not found",
                "GET | /apis/events.k8s.io/v1/events | 200 EventList",
                "GET | /apis/networking.k8s.io/v1/servicecidrs/c/status | 404 NotFound servicecidrs.networking.k8s.io \"c\" not found",
                "POST | NS/configmaps | 201 ConfigMap b",
                "PUT | NS/configmaps/b | 404 NotFound configmaps \"b\" not found",
                "PATCH | NS/configmaps/a | 200 ConfigMap a",
                "DELETE | NS/configmaps/a | 200 Status",
                "DELETE | NS/configmaps | 200 ConfigMapList default/a",
                // 405; upstream: "the server does not allow this method on the requested resource"
                "PUT | NS/configmaps | 405 MethodNotAllowed update is not supported on resources of kind \"configmaps\"",
                "PATCH | NS/configmaps | 405 MethodNotAllowed patch is not supported on resources of kind \"configmaps\"",
                "POST | NS/configmaps/a | 405 MethodNotAllowed create is not supported on resources of kind \"configmaps\"",
                "OPTIONS | NS/configmaps | 405 MethodNotAllowed options is not supported on resources of kind \"configmaps\"",
                "DELETE | /api/v1/namespaces | 405 MethodNotAllowed deletecollection is not supported on resources of kind \"namespaces\"",
                "POST | NS/pods/p/status | 405 MethodNotAllowed create is not supported on resources of kind \"pods\"",
                "DELETE | NS/pods/p/status | 405 MethodNotAllowed delete is not supported on resources of kind \"pods\"",
                "GET | NS/pods/p/binding | 405 MethodNotAllowed get is not supported on resources of kind \"pods\"",
                "PATCH | /api/v1/namespaces/x/finalize | 405 MethodNotAllowed patch is not supported on resources of kind \"namespaces\"",
                // what is written or deleted is so in one namespace
                "POST | /api/v1/configmaps | 405 MethodNotAllowed create is not supported on resources of kind \"configmaps\"",
                "DELETE | /api/v1/configmaps | 405 MethodNotAllowed deletecollection is not supported on resources of kind \"configmaps\"",
                // of another scope, unknown, of another group, or too long
                "GET | /api/v1/configmaps/a | NOT_SERVED",
                "POST | /api/v1/configmaps/a | NOT_SERVED",
                "GET | NS/nodes | NOT_SERVED",
                "GET | NS/nodes/n | NOT_SERVED",
                "GET | NS/namespaces/pods | NOT_SERVED",
                "GET | /api/v1/deployments | NOT_SERVED",
                "GET | /api/v1/configmap | NOT_SERVED",
                "GET | /apis/apps/v1/configmaps | NOT_SERVED",
                "GET | /apis/apps/v1/namespaces | NOT_SERVED",
                "GET | /apis/apps/v1/namespaces/pods/status | NOT_SERVED",
                "GET | NS/configmaps/a/status | NOT_SERVED",
                "GET | NS/pods/p/scale | NOT_SERVED",
                "GET | NS/pods/p/status/y | NOT_SERVED",
                "GET | /api/v1/namespaces/pods/finalize/y | NOT_SERVED",
                // upstream has these
                "GET | NS/pods/p/log | NOT_SERVED",
                "GET | /api/v1/nodes/n/proxy/metrics | NOT_SERVED",
                "GET | /api/v1/watch/configmaps | NOT_SERVED",
                "GET | /api/v1/watch/namespaces/default/configmaps/a | NOT_SERVED",
                "GET | /apis/x.io | NOT_SERVED", // upstream: text
                "GET | /api/v2/pods | 404 text 404 page not found",
                "GET | /apis/apps/v2/deployments | 404 text 404 page not found",
                "GET | /apis/v1/pods | 404 text 404 page not found",
                "GET | /x | 404 text 404 page not found",
                // discovery and the server itself
                "GET | /api | 200 APIVersions",
                "GET | /api/ | 200 APIVersions",
                "GET | /api/v1 | 200 APIResourceList",
                "GET | //api//v1/namespaces//pods/ | 200 Namespace pods", // upstream: 301 to that
                "POST | /api/v1 | 200 APIResourceList", // upstream: 405
                "GET | /apis | 200 APIGroupList",
                "GET | /healthz | 200 text ok",
                "GET | /livez/ping | 200 text ok",
            })
    void aRequestLineFindsItsVerb(String method, String line, String expected) {
        String path = line.replace("NS/", "/api/v1/namespaces/default/");
        String wanted = expected.equals("NOT_SERVED") ? NOT_SERVED : expected;
        assertThat(answer(method, path).strip()).isEqualTo(wanted);
        assertThat(server.code("GET", "/api/v1/namespaces/pods/configmaps/a", "")).isEqualTo(200);
    }
}
