package io.biplane.apiserver.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.kind.Kinds;
import io.biplane.api.registry.Kind;
import io.biplane.api.registry.KindRegistry;
import io.biplane.api.service.ServiceCluster;
import io.biplane.api.strategy.NamedStrategy;
import io.biplane.api.table.Column;
import io.biplane.apiserver.config.ApiServerConfig;
import io.biplane.apiserver.exchange.Query;
import io.biplane.apiserver.exchange.Request;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.exchange.User;
import io.biplane.apiserver.registry.Registry;
import io.biplane.apiserver.watch.ChangeLogs;
import io.biplane.apiserver.write.ObjectWriter;
import io.biplane.netip.IpFamily;
import io.biplane.store.Store;
import io.biplane.store.memory.MemoryStore;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Kinds come and go while a server runs, and all parts of it follow. */
class ServedKindsTest {
    /** A kind that is not built in; that type is known because pods are evicted with it. */
    private static final Kind EVICTIONS =
            Kind.named("policy", "v1", "evictions", "Eviction")
                    .clusterScoped()
                    .countsGeneration()
                    .columns(
                            Column.objectName(),
                            Column.text("Answer", "The same for all.", (object, now) -> "granted"))
                    .rules(NamedStrategy::new)
                    .build();

    private static final String TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1";

    private final KindRegistry kinds = new KindRegistry(Kinds.BUILT_IN);
    private final Store store = new MemoryStore();
    private final ChangeLogs logs = new ChangeLogs(store);
    private final Router router =
            new Router(
                    kinds,
                    new Registry(
                            new ObjectWriter(
                                    store,
                                    kinds,
                                    new ServiceCluster(List.of(IpFamily.IPV4), true),
                                    Map.of(),
                                    ApiServerConfig.DEFAULT_EVENT_TTL),
                            logs),
                    new Health(store, () -> true));

    @AfterEach
    void close() {
        logs.close();
        store.close();
    }

    private Response.Full send(String method, String path, String accept, String body) {
        Map<String, String> headers = Map.of("content-type", "application/json", "accept", accept);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        Request request = new Request(method, path, Query.parse(""), headers, bytes, User.LOOPBACK);
        return (Response.Full) router.handle(request);
    }

    private JsonNode get(String path) {
        return Json.parse(send("GET", path, "application/json", "").body());
    }

    private int code(String path) {
        return send("GET", path, "application/json", "").code();
    }

    /** Whether OpenAPI has it; the group may have other kinds. */
    private boolean described() {
        return get("/openapi/v2").path("paths").has("/apis/policy/v1/evictions/{name}");
    }

    @Test
    void aKindThatComesIsDiscoveredDescribedStoredAndShownAndGoesAgain() {
        assertThat(code("/apis/policy/v1/evictions")).isEqualTo(404);
        assertThat(described()).isFalse();

        kinds.put(EVICTIONS);
        assertThat(get("/apis/policy").at("/preferredVersion/version").stringValue(""))
                .isEqualTo("v1");
        assertThat(get("/apis/policy/v1").path("resources").valueStream())
                .extracting(resource -> Fields.string(resource, "name"))
                .contains("evictions");
        assertThat(described()).isTrue();
        Response.Full created =
                send(
                        "POST",
                        "/apis/policy/v1/evictions",
                        "application/json",
                        "{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"e\"}}");
        assertThat(created.code()).isEqualTo(201);
        assertThat(Json.parse(created.body()).at("/metadata/generation").intValue(0)).isEqualTo(1);
        JsonNode table = Json.parse(send("GET", "/apis/policy/v1/evictions", TABLE, "").body());
        assertThat(table.at("/rows/0/cells")).isEqualTo(Json.parse("[\"e\",\"granted\"]"));

        kinds.remove(EVICTIONS.resource());
        assertThat(code("/apis/policy/v1/evictions/e")).isEqualTo(404);
        assertThat(described()).isFalse();
        assertThat(code("/api/v1/pods")).isEqualTo(200);
    }
}
