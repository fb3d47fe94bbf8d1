package io.biplane.node.standin;

import io.biplane.loop.Await;
import io.biplane.loop.BackOff;
import io.biplane.loop.Loop;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An agent's side of the control socket. It keeps one connection; when that breaks, in whatever
 * way, it connects anew, starting the process if none answers. Requests may come from any thread,
 * and fail with an IOException while there is no connection.
 */
public final class StandInsClient implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(StandInsClient.class.getName());
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(20);
    private static final Duration START_PATIENCE = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofMillis(20);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);

    /** Hears what happens in the process; called on the client's reader thread: return soon. */
    public interface Listener {
        /** Connected, for the first time or again; another instance has lost all connections. */
        void connected(String instance);

        /** A container was asked to exit. */
        void exited(ServedState state);
    }

    /**
     * What the stand-ins said of a pod.
     *
     * @param instance which of them said so
     */
    public record Answer(ServedState state, String instance) {}

    private record Connected(Conversation conversation, String instance) {
        JsonNode ask(ObjectNode request) throws IOException, InterruptedException {
            return conversation.ask(request, ANSWER_PATIENCE);
        }
    }

    private final Path socket;
    private final Runnable launch;
    private final Listener listener;
    private volatile CompletableFuture<Connected> connection = new CompletableFuture<>();
    private volatile String instance = "";
    private final Loop loop;

    /**
     * @param launch starts the process and returns at once; called when nothing answers
     */
    public StandInsClient(Path socket, Runnable launch, Listener listener) {
        this.socket = socket;
        this.launch = launch;
        this.listener = listener;
        this.loop =
                Loop.platform("standins-client")
                        .every(Duration.ZERO)
                        .retry(BackOff.doubling(RETRY, LONGEST_RETRY))
                        .onFailure(this::failed)
                        .unblock(this::disconnect)
                        .run(this::converse);
    }

    /** Connects in the background, and stays connected. */
    public void start() {
        loop.start();
    }

    /** The process's instance; "" before the first connection. Another one after it restarted. */
    public String instance() {
        return instance;
    }

    public Answer serve(ServedPod pod) throws IOException {
        ObjectNode request = Json.object().put("op", "serve");
        request.set("pod", pod.toJson());
        Connected connected = connected(request);
        return new Answer(
                ServedState.of(ask(connected, request).path("state")), connected.instance());
    }

    public void stop(Collection<String> uids) throws IOException {
        ObjectNode request = Json.object().put("op", "stop");
        request.set("uids", Json.strings(uids));
        ask(connected(request), request);
    }

    public List<ServedState> list() throws IOException {
        ObjectNode request = Json.object().put("op", "list");
        return Json.list(ask(connected(request), request).path("pods"), ServedState::of);
    }

    private static JsonNode ask(Connected connected, ObjectNode request) throws IOException {
        try {
            return connected.ask(request);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking the stand-ins", e);
        }
    }

    /** The connection for a request; waits for one to come about. */
    private Connected connected(ObjectNode request) throws IOException {
        try {
            return connection.get(START_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException(
                    "stand-ins at %s: no connection for %s".formatted(socket, request.path("op")),
                    e);
        } catch (ExecutionException e) {
            throw new IOException("stand-ins: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking the stand-ins", e);
        }
    }

    /** One connection, from its first to its last line. */
    private void converse() throws IOException, InterruptedException {
        try (SocketChannel channel = connect()) {
            converse(new Conversation(channel));
        }
    }

    /** Without a connection no pod of this process is served: whatever it is, it connects anew. */
    private void failed(Throwable cause, boolean first) {
        LOG.log(
                first ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                () -> "stand-ins at %s: %s; connecting again".formatted(socket, cause));
    }

    private SocketChannel connect() throws IOException, InterruptedException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
        try {
            return SocketChannel.open(address);
        } catch (IOException nobody) {
            launch.run();
        }
        IOException[] last = new IOException[1];
        // A process that starts tells nobody: its socket appears.
        return Await.within(START_PATIENCE)
                .every(RETRY)
                .answer(() -> {
                    try {
                        return Optional.of(SocketChannel.open(address));
                    } catch (IOException notYet) {
                        last[0] = notYet;
                        return Optional.empty();
                    }
                })
                .orElseThrow(() ->
                        new IOException(
                                "the process did not start within %d s (see its log)"
                                        .formatted(START_PATIENCE.toSeconds()),
                                last[0]));
    }

    private void converse(Conversation conversation) throws IOException {
        var _ =
                conversation
                        .ask(Json.object().put("op", "hello"))
                        .thenAccept(answer -> greeted(conversation, answer))
                        .whenComplete((_, e) -> {
                            if (e != null) {
                                conversation.end(); // the reader connects anew
                            }
                        });
        try {
            conversation.read(this::event);
            if (!connection.isDone()) {
                throw new IOException("the connection ended before the greeting was answered");
            }
        } finally {
            if (connection.isDone()) {
                connection = new CompletableFuture<>();
            }
        }
    }

    private void greeted(Conversation conversation, JsonNode answer) {
        instance = answer.path("instance").asString();
        loop.recovered();
        connection.complete(new Connected(conversation, instance));
        listener.connected(instance);
    }

    private void event(JsonNode message) {
        if (message.path("event").asString("").equals("exited")) {
            listener.exited(ServedState.of(message.path("state")));
        }
    }

    /** Disconnects; the process goes on. */
    @Override
    public void close() {
        loop.close();
    }

    private void disconnect() {
        CompletableFuture<Connected> current = connection;
        if (current.isDone()) {
            current.join().conversation().end();
        }
    }
}
