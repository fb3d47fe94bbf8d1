package io.biplane.node.standin;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An agent's side of the control socket. It keeps one connection; when that breaks it connects
 * anew, starting the process if none answers. Requests may come from any thread, and fail with an
 * IOException while there is no connection.
 */
public final class StandInsClient implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(StandInsClient.class.getName());
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(20);
    private static final Duration START_PATIENCE = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofMillis(20);

    /** Hears what happens in the process; called on the client's reader thread: return soon. */
    public interface Listener {
        /** Connected, for the first time or again; another instance has lost all connections. */
        void connected(String instance);

        /** A container was asked to exit. */
        void exited(ServedState state);
    }

    private final Path socket;
    private final Runnable launch;
    private final Listener listener;
    private final AtomicLong ids = new AtomicLong();
    private final ConcurrentMap<Long, CompletableFuture<JsonNode>> pending =
            new ConcurrentHashMap<>();
    private volatile CompletableFuture<LineSender> connection = new CompletableFuture<>();
    private volatile String instance = "";
    private volatile boolean closed;

    /**
     * @param launch starts the process and returns at once; called when nothing answers
     */
    public StandInsClient(Path socket, Runnable launch, Listener listener) {
        this.socket = socket;
        this.launch = launch;
        this.listener = listener;
    }

    /** Connects in the background, and stays connected. */
    public void start() {
        Thread.ofPlatform().daemon().name("standins-client").start(this::keepConnected);
    }

    /** The process's instance; "" before the first connection. Another one after it restarted. */
    public String instance() {
        return instance;
    }

    public ServedState serve(ServedPod pod) throws IOException {
        ObjectNode request = Json.object().put("op", "serve");
        request.set("pod", pod.toJson());
        return ServedState.of(ask(request).path("state"));
    }

    public void stop(Collection<String> uids) throws IOException {
        ObjectNode request = Json.object().put("op", "stop");
        request.set("uids", Json.strings(uids));
        ask(request);
    }

    public List<ServedState> list() throws IOException {
        return Json.list(ask(Json.object().put("op", "list")).path("pods"), ServedState::of);
    }

    private JsonNode ask(ObjectNode request) throws IOException {
        try {
            LineSender lines = connection.get(START_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return ask(lines, request).get(ANSWER_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException("stand-ins: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new IOException(
                    "stand-ins at %s: no answer to %s".formatted(socket, request.path("op")), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking the stand-ins", e);
        }
    }

    private CompletableFuture<JsonNode> ask(LineSender lines, ObjectNode request) {
        long id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        pending.put(id, answer);
        if (!lines.send(request.put("id", id))) {
            pending.remove(id);
            answer.completeExceptionally(new IOException("connection lost"));
        }
        return answer;
    }

    private void keepConnected() {
        while (!closed) {
            try (SocketChannel channel = connect()) {
                converse(channel);
            } catch (IOException e) {
                if (closed) {
                    return;
                }
                LOG.log(
                        System.Logger.Level.WARNING,
                        () -> "stand-ins at %s: %s; connecting again".formatted(socket, e));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private SocketChannel connect() throws IOException, InterruptedException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
        try {
            return SocketChannel.open(address);
        } catch (IOException nobody) {
            launch.run();
        }
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        while (true) {
            Thread.sleep(RETRY); // a process that starts tells nobody: its socket appears
            try {
                return SocketChannel.open(address);
            } catch (IOException notYet) {
                if (System.nanoTime() > deadline) {
                    throw new IOException(
                            "the process did not start within %d s (see its log)"
                                    .formatted(START_PATIENCE.toSeconds()),
                            notYet);
                }
            }
        }
    }

    private void converse(SocketChannel channel) throws IOException {
        LineSender lines = new LineSender(channel);
        CompletableFuture<JsonNode> hello = ask(lines, Json.object().put("op", "hello"));
        var _ =
                hello.thenAccept(answer -> {
                    instance = answer.path("instance").asString();
                    connection.complete(lines);
                    listener.connected(instance);
                });
        try (BufferedReader in =
                new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                dispatch(Json.MAPPER.readTree(line));
            }
        } finally {
            connection = new CompletableFuture<>();
            pending.forEach((id, answer) -> {
                pending.remove(id);
                answer.completeExceptionally(new IOException("connection lost"));
            });
        }
    }

    private void dispatch(JsonNode message) {
        if (message.path("event").asString("").equals("exited")) {
            listener.exited(ServedState.of(message.path("state")));
            return;
        }
        CompletableFuture<JsonNode> answer = pending.remove(message.path("id").asLong());
        if (answer == null) {
            return; // its asker has given up
        }
        if (message.has("error")) {
            answer.completeExceptionally(new IOException(message.path("error").asString()));
        } else {
            answer.complete(message);
        }
    }

    /** Disconnects; the process goes on. */
    @Override
    public void close() {
        closed = true;
        CompletableFuture<LineSender> current = connection;
        if (current.isDone()) {
            current.join().close();
        }
    }
}
