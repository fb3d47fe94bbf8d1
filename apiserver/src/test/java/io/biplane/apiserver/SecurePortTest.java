package io.biplane.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.apiserver.config.ApiServerConfig;
import io.biplane.apiserver.exchange.Query;
import io.biplane.apiserver.exchange.Request;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.exchange.User;
import io.biplane.apiserver.http.Listeners;
import io.biplane.netip.Addr;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.memory.MemoryStore;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A node port equal to the secure port would take the API server's connections over. */
class SecurePortTest {
    private static final String SERVICES = "/api/v1/namespaces/default/services";

    @TempDir Path directory;

    private static ObjectNode create(ApiServer server, String name, String port) {
        String body =
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"type\":\"NodePort\",\"ports\":[{\"port\":80%s}]}}"
                        .formatted(name, port);
        Response response =
                server.handler()
                        .handle(
                                new Request(
                                        "POST",
                                        SERVICES,
                                        Query.EMPTY,
                                        Map.of("content-type", "application/json"),
                                        body.getBytes(StandardCharsets.UTF_8),
                                        User.LOOPBACK));
        return Json.parseObject(((Response.Full) response).body());
    }

    @Test
    void theServersOwnPortIsNoNodePort() throws IOException {
        ServerSocketChannel listener =
                Listeners.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
        ApiServerConfig config =
                new ApiServerConfig(
                        ApiServerConfig.parseServiceRanges("10.96.0.0/16,fd00:10:96::/112"),
                        new PortRange(port - 1, port + 1),
                        List.of(Addr.parse("172.30.0.1"), Addr.parse("fd00:172::1")),
                        port,
                        directory.resolve("pki"),
                        List.of(),
                        true);
        try (MemoryStore store = new MemoryStore();
                ApiServer server = new ApiServer(config, store, List.of(listener))) {
            server.start();
            ObjectNode asked = create(server, "asked", ",\"nodePort\":" + port);
            assertThat(asked.path("code").intValue()).isEqualTo(422);
            assertThat(Fields.string(asked, "message"))
                    .isEqualTo(
                            "Service \"asked\" is invalid: spec.ports[0].nodePort: Invalid value: %d: provided port is the API server's own (--secure-port): choose another one"
                                    .formatted(port));
            assertThat(asked.at("/details/causes/0/field").stringValue())
                    .isEqualTo("spec.ports[0].nodePort");
            List<Integer> given =
                    List.of(nodePort(create(server, "a", "")), nodePort(create(server, "b", "")));
            assertThat(given).containsExactlyInAnyOrder(port - 1, port + 1);
            assertThat(create(server, "c", "").path("code").intValue())
                    .as("a range of three, of which one is the server's, has no third")
                    .isEqualTo(500);
        }
    }

    private static int nodePort(ObjectNode service) {
        return service.at("/spec/ports/0/nodePort").intValue(0);
    }
}
