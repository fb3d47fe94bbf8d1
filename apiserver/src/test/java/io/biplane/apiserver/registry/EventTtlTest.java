package io.biplane.apiserver.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.apiserver.TestServer;
import io.biplane.apiserver.exchange.Response;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Events go by themselves. */
class EventTtlTest {
    private static final String EVENTS = "/api/v1/namespaces/default/events";
    private static final String EVENT =
            """
            {"metadata":{"name":"e"},"reason":"Started","type":"Normal",
             "involvedObject":{"kind":"Pod","namespace":"default","name":"p"}}
            """;

    @TempDir Path directory;

    @Test
    void anEventVanishesAfterItsTimeAndItsWatchersAreTold() throws Exception {
        Duration ttl = Duration.ofSeconds(1);
        try (TestServer server = new TestServer(directory, "10.96.0.0/16,fd00:10:96::/112", ttl)) {
            Response.Stream watch =
                    (Response.Stream)
                            server.send(
                                    "GET",
                                    EVENTS + "?watch=true&timeoutSeconds=20&resourceVersion=1",
                                    "application/json",
                                    "");
            try (Response.Chunks chunks = watch.chunks()) {
                long before = System.nanoTime();
                assertThat(server.code("POST", EVENTS, EVENT)).isEqualTo(201);
                assertThat(server.code("GET", EVENTS + "/e", "")).isEqualTo(200);
                List<String> seen = new ArrayList<>();
                while (seen.size() < 2) {
                    List<byte[]> lines = chunks.next();
                    assertThat(lines).as("after %s", seen).isNotEmpty();
                    lines.forEach(line -> seen.add(Fields.string(Json.parse(line), "type")));
                }
                assertThat(seen).containsExactly("ADDED", "DELETED");
                assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(ttl.toNanos());
            }
            assertThat(server.code("GET", EVENTS + "/e", "")).isEqualTo(404);
        }
    }
}
