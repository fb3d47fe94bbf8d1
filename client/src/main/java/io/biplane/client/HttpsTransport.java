package io.biplane.client;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;

/**
 * HTTP/2 over TLS to one API server. Requests share a connection; at most {@value #MAX_IN_FLIGHT}
 * of them are under way at once, the others wait for their turn (watches do not count).
 */
public final class HttpsTransport implements Transport {
    // Servers commonly allow 100 streams on a connection; watches take some of them.
    private static final int MAX_IN_FLIGHT = 64;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

    private final ServerAccess access;
    private volatile HttpClient http;
    private final Duration answerTimeout;
    private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);
    private final Set<LineStream> open = ConcurrentHashMap.newKeySet();

    public HttpsTransport(ServerAccess access) {
        this(access, ANSWER_TIMEOUT);
    }

    /** With another time to wait for answers, and for the heads of streams. */
    HttpsTransport(ServerAccess access, Duration answerTimeout) {
        this.access = access;
        this.answerTimeout = answerTimeout;
        this.http = connect(access);
    }

    private static HttpClient connect(ServerAccess access) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .connectTimeout(CONNECT_TIMEOUT)
                .sslContext(access.sslContext())
                .build();
    }

    @Override
    public Response send(Request request) {
        inFlight.acquireUninterruptibly();
        try {
            HttpRequest built = build(request).timeout(answerTimeout).build();
            HttpResponse<byte[]> answer = exchange(built, BodyHandlers.ofByteArray());
            return new Response(answer.statusCode(), headers(answer), answer.body());
        } finally {
            inFlight.release();
        }
    }

    @Override
    public LineStream stream(Request request) {
        // In this case the time ends with the head: the body may take as long as it wants.
        HttpRequest built = build(request).timeout(answerTimeout).build();
        HttpResponse<InputStream> answer = exchange(built, BodyHandlers.ofInputStream());
        LineStream lines = new Lines(answer.statusCode(), new BufferedInputStream(answer.body()));
        open.add(lines);
        return lines;
    }

    @Override
    public void close() {
        open.forEach(LineStream::close);
        http.shutdownNow();
    }

    private HttpRequest.Builder build(Request request) {
        URI uri = URI.create(access.server() + request.target());
        HttpRequest.Builder builder = HttpRequest.newBuilder(uri);
        request.headers().forEach(builder::setHeader);
        access.bearerToken()
                .ifPresent(token -> builder.setHeader("Authorization", "Bearer " + token));
        return builder.method(
                request.method(),
                request.body().length == 0
                        ? BodyPublishers.noBody()
                        : BodyPublishers.ofByteArray(request.body()));
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        HttpClient used = http;
        try {
            return used.send(request, handler);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(
                    new InterruptedIOException(request.method() + " " + request.uri()));
        } catch (IOException e) {
            if (e instanceof HttpTimeoutException && !(e instanceof HttpConnectTimeoutException)) {
                leave(used);
            }
            throw new UncheckedIOException(
                    "%s %s: %s".formatted(request.method(), request.uri(), reason(e)), e);
        }
    }

    /**
     * An answer that is overdue: the connection may be dead, and the JDK's client would go on using
     * it. What is under way on it goes on; the client ends by itself when nothing is.
     */
    private synchronized void leave(HttpClient used) {
        if (http.equals(used)) {
            http = connect(access);
        }
    }

    /** The JDK's ConnectException has no message of its own; its cause says what happened. */
    private static String reason(Throwable e) {
        if (e.getMessage() != null) {
            return e.getMessage();
        }
        Throwable cause = e.getCause();
        return cause == null ? e.getClass().getSimpleName() : reason(cause);
    }

    private static Map<String, String> headers(HttpResponse<?> answer) {
        return answer.headers().map().entrySet().stream()
                .filter(e -> !e.getKey().startsWith(":"))
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().getFirst()));
    }

    private final class Lines implements LineStream {
        private final int code;
        private final InputStream body;

        Lines(int code, InputStream body) {
            this.code = code;
            this.body = body;
        }

        @Override
        public int code() {
            return code;
        }

        @Override
        public byte @Nullable [] next() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream(2048);
            for (int b = body.read(); b >= 0; b = body.read()) {
                if (b == '\n') {
                    return line.toByteArray();
                }
                line.write(b);
            }
            return line.size() == 0 ? null : line.toByteArray();
        }

        @Override
        public void close() {
            open.remove(this);
            try {
                body.close();
            } catch (IOException alreadyBroken) {
                // nothing to give back: the connection has gone
            }
        }
    }
}
