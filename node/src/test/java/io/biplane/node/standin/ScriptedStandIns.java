package io.biplane.node.standin;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The other side of the control socket, which answers what a test tells it to. A greeting is
 * answered with the number of the connection as the instance.
 */
public final class ScriptedStandIns implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ServerSocketChannel listener;
    private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();

    /**
     * @param answer the bytes for a request, not only whole lines; empty: the connection is closed
     */
    public ScriptedStandIns(Path socket, Function<JsonNode, String> answer) {
        try {
            listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listener.bind(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread _ = Thread.ofPlatform().daemon().start(() -> accept(answer));
    }

    private void accept(Function<JsonNode, String> answer) {
        try {
            while (true) {
                SocketChannel connection = listener.accept();
                int number = connections.incrementAndGet();
                Thread _ =
                        Thread.ofPlatform()
                                .daemon()
                                .start(() -> converse(connection, number, answer));
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void converse(SocketChannel connection, int number, Function<JsonNode, String> answer) {
        try (connection;
                BufferedReader in =
                        new BufferedReader(
                                Channels.newReader(connection, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                JsonNode request = JSON.readTree(line);
                requests.add(request);
                String answered =
                        request.path("op").asString().equals("hello")
                                ? "{\"id\":%d,\"instance\":\"%d\"}\n".formatted(id(request), number)
                                : answer.apply(request);
                if (answered.isEmpty()) {
                    return;
                }
                ByteBuffer bytes = ByteBuffer.wrap(answered.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    int _ = connection.write(bytes);
                }
                if (!answered.endsWith("\n")) {
                    return; // killed in the middle of a line
                }
            }
        } catch (IOException gone) {
            return;
        }
    }

    public static long id(JsonNode request) {
        return request.path("id").asLong();
    }

    /** The answer to a serve request: the one container of the pod is in this state. */
    public static String served(JsonNode request, String container, String state) {
        return "{\"id\":%d,\"state\":%s}\n"
                .formatted(id(request), state(request, container, state));
    }

    /** The event that a container of the pod of a serve request exited. */
    public static String exited(JsonNode request, String container, int code) {
        return "{\"event\":\"exited\",\"state\":%s}\n"
                .formatted(state(request, container, "{\"exited\":%d}".formatted(code)));
    }

    private static String state(JsonNode request, String container, String state) {
        return "{\"pod\":%s,\"states\":{\"%s\":%s}}"
                .formatted(request.path("pod"), container, state);
    }

    /** All requests so far of an operation. */
    public List<JsonNode> requests(String operation) {
        return requests.stream()
                .filter(request -> request.path("op").asString().equals(operation))
                .toList();
    }

    /** How many connections there were. */
    public int connections() {
        return connections.get();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
