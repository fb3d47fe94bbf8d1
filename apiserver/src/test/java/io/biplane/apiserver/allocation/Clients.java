package io.biplane.apiserver.allocation;

import io.biplane.api.Json;
import io.biplane.apiserver.TestServer;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;

import javax.net.ssl.SSLContext;

/** Many clients of one server over HTTPS, each with a connection of its own. */
final class Clients implements AutoCloseable {
    private final TestServer server;
    private final List<HttpClient> clients = new ArrayList<>();

    Clients(TestServer server, int count) throws GeneralSecurityException, IOException {
        this.server = server;
        SSLContext context = server.sslContext();
        for (int i = 0; i < count; i++) {
            clients.add(
                    HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_2)
                            .sslContext(context)
                            .build());
        }
    }

    /** The first client's answer. */
    ObjectNode send(String method, String path, String body) {
        return send(clients.getFirst(), method, path, body);
    }

    private ObjectNode send(HttpClient client, String method, String path, String body) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(server.url() + path))
                        .method(method, BodyPublishers.ofString(body))
                        .header("Content-Type", "application/json")
                        .build();
        try {
            HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
            return Json.parseObject(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * All clients at once do what there is to do, each the next thing that none has begun.
     *
     * @param count how many things
     * @param what does the thing of that number and returns the answer
     */
    List<ObjectNode> all(int count, BiFunction<Sender, Integer, ObjectNode> what)
            throws InterruptedException, ExecutionException {
        AtomicInteger next = new AtomicInteger();
        ConcurrentLinkedQueue<ObjectNode> answers = new ConcurrentLinkedQueue<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (HttpClient client : clients) {
                Sender sender = (method, path, body) -> send(client, method, path, body);
                running.add(
                        threads.submit(() -> {
                            for (int i = next.getAndIncrement();
                                    i < count;
                                    i = next.getAndIncrement()) {
                                answers.add(what.apply(sender, i));
                            }
                        }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        return List.copyOf(answers);
    }

    /** Sends a request and returns the answer's JSON. */
    interface Sender {
        ObjectNode send(String method, String path, String body);
    }

    @Override
    public void close() {
        clients.forEach(HttpClient::shutdownNow);
    }
}
