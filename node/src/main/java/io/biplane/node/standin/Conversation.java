package io.biplane.node.standin;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * One connection to the stand-ins, from its first line to its last: questions from any thread,
 * their answers, and events. When it is over, whoever still waits for an answer is told.
 */
final class Conversation {
    private final SocketChannel channel;
    private final LineSender lines;
    private final AtomicLong ids = new AtomicLong();
    private final ConcurrentMap<Long, CompletableFuture<JsonNode>> pending =
            new ConcurrentHashMap<>();
    private volatile boolean over;

    Conversation(SocketChannel channel) {
        this.channel = channel;
        this.lines = new LineSender(channel);
    }

    /** Asks, and gives the answer when it comes; an IOException if the connection ends before. */
    CompletableFuture<JsonNode> ask(ObjectNode request) {
        long id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        pending.put(id, answer);
        if (!lines.send(request.put("id", id)) || over) {
            pending.remove(id);
            answer.completeExceptionally(new IOException("connection lost"));
        }
        return answer;
    }

    /**
     * Asks and waits for the answer.
     *
     * @throws IOException if there is none within the time, or the answer is an error
     */
    JsonNode ask(ObjectNode request, Duration patience) throws IOException, InterruptedException {
        CompletableFuture<JsonNode> answer = ask(request);
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException("stand-ins: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            pending.remove(request.path("id").asLong());
            throw new IOException(
                    "stand-ins: no answer to %s within %d s"
                            .formatted(request.path("op"), patience.toSeconds()),
                    e);
        }
    }

    /**
     * Reads until the other side ends the connection; the caller's thread.
     *
     * @param events called with every line that is no answer
     * @throws IOException if a line is cut short, as by a process that is killed, or is no JSON
     */
    void read(Consumer<JsonNode> events) throws IOException {
        try (BufferedReader in =
                new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                dispatch(Json.MAPPER.readTree(line), events);
            }
        } catch (JacksonException e) {
            throw new IOException("a line that is no JSON: " + e.getOriginalMessage(), e);
        } finally {
            end();
        }
    }

    private void dispatch(JsonNode message, Consumer<JsonNode> events) {
        if (!message.has("id")) {
            events.accept(message);
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

    /** Ends the connection; its reader returns. */
    void end() {
        over = true;
        lines.close();
        pending.forEach((id, answer) -> {
            pending.remove(id);
            answer.completeExceptionally(new IOException("connection lost"));
        });
    }
}
