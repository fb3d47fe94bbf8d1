package io.biplane.node.standin;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The control socket: one JSON object a line, in both directions.
 *
 * <pre>
 * {"id":1,"op":"hello"}                      → {"id":1,"instance":"…","pid":42}
 * {"id":2,"op":"serve","pod":{…}}            → {"id":2,"state":{"pod":{…},"states":{"main":{"listening":true}}}}
 * {"id":3,"op":"stop","uids":["…"]}          → {"id":3}
 * {"id":4,"op":"list"}                       → {"id":4,"pods":[{"pod":{…},"states":{…}}]}
 *                                            ← {"event":"exited","state":{…}}
 * </pre>
 *
 * A request that cannot be understood is answered by {@code {"id":…,"error":"…"}}.
 */
final class ControlServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ControlServer.class.getName());

    private static final Duration RETRY = Duration.ofMillis(100);

    private final ServerSocketChannel listener;
    private final Serving serving;
    private final String instance;

    private ControlServer(ServerSocketChannel listener, Serving serving, String instance) {
        this.listener = listener;
        this.serving = serving;
        this.instance = instance;
    }

    /**
     * @throws IOException if the socket cannot be bound, or another process answers on it
     */
    static ControlServer bind(Path socket, Serving serving, String instance) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
        if (Files.exists(socket)) {
            if (answers(address)) {
                throw new IOException(
                        "control socket %s: another process serves it (end that one first)"
                                .formatted(socket));
            }
            Files.delete(socket);
        }
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(address);
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        return new ControlServer(listener, serving, instance);
    }

    private static boolean answers(UnixDomainSocketAddress address) {
        try (SocketChannel probe = SocketChannel.open(address)) {
            return probe.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    /** Accepts until closed; the caller's thread. */
    void run() {
        boolean failing = false;
        while (listener.isOpen()) {
            try {
                SocketChannel connection = listener.accept();
                Thread.ofPlatform()
                        .daemon()
                        .name("standins-control")
                        .start(() -> converse(connection));
                failing = false;
            } catch (IOException | RuntimeException | Error e) {
                // As a rule no descriptor or no thread is left: without agents all goes on as it
                // is.
                if (listener.isOpen() && !failing) {
                    LOG.log(System.Logger.Level.WARNING, "control connection not accepted", e);
                }
                failing = true;
                LockSupport.parkNanos(RETRY.toNanos());
            }
        }
        LOG.log(System.Logger.Level.INFO, () -> "control socket closed");
    }

    private void converse(SocketChannel connection) {
        LineSender lines = new LineSender(connection);
        Runnable unlisten =
                serving.onExit(state -> {
                    ObjectNode event = Json.object().put("event", "exited");
                    event.set("state", state.toJson());
                    lines.send(event);
                });
        try (connection;
                BufferedReader in =
                        new BufferedReader(
                                Channels.newReader(connection, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.send(answer(line));
            }
        } catch (IOException gone) {
            // The agent died or closed; it will connect again. Its pods are served on.
        } finally {
            unlisten.run();
        }
    }

    private ObjectNode answer(String line) {
        ObjectNode answer = Json.object();
        try {
            JsonNode request = Json.MAPPER.readTree(line);
            answer.set("id", request.path("id"));
            switch (request.path("op").asString("")) {
                case "hello" ->
                        answer.put("instance", instance).put("pid", ProcessHandle.current().pid());
                case "serve" ->
                        answer.set(
                                "state", serving.serve(ServedPod.of(request.path("pod"))).toJson());
                case "stop" -> serving.stop(Json.list(request.path("uids"), uid -> uid.asString()));
                case "list" -> answer.set("pods", Json.array(serving.list(), ServedState::toJson));
                case String other -> answer.put("error", "unknown op \"%s\"".formatted(other));
            }
        } catch (JacksonException | IllegalArgumentException e) {
            answer.put("error", e.getMessage());
        } catch (RuntimeException | Error e) {
            // One pod that cannot be served must not cost the agent its connection.
            LOG.log(System.Logger.Level.ERROR, "request failed", e);
            answer.put("error", e.toString());
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
