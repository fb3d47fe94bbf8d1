package io.biplane.cli.controlplane;

import io.biplane.apiserver.exchange.ApiHandler;
import io.biplane.apiserver.exchange.Query;
import io.biplane.apiserver.exchange.User;
import io.biplane.client.LineStream;
import io.biplane.client.Request;
import io.biplane.client.Response;
import io.biplane.client.Transport;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The way to an API server in the same JVM: no socket, no TLS, the same handler. Calls run on the
 * caller's thread.
 */
public final class InProcessTransport implements Transport {
    private final ApiHandler handler;
    private final User user;
    private final Set<LineStream> open = ConcurrentHashMap.newKeySet();

    /**
     * @param user who the caller is taken for
     */
    public InProcessTransport(ApiHandler handler, User user) {
        this.handler = handler;
        this.user = user;
    }

    @Override
    public Response send(Request request) {
        return switch (handle(request)) {
            case io.biplane.apiserver.exchange.Response.Full full ->
                    new Response(full.code(), firstValues(full), full.body());
            case io.biplane.apiserver.exchange.Response.Stream stream -> {
                stream.chunks().close();
                throw new IllegalStateException(
                        "%s %s is answered by a stream"
                                .formatted(request.method(), request.target()));
            }
        };
    }

    @Override
    public LineStream stream(Request request) {
        LineStream lines =
                switch (handle(request)) {
                    case io.biplane.apiserver.exchange.Response.Full full -> new OneLine(full);
                    case io.biplane.apiserver.exchange.Response.Stream stream -> new Lines(stream);
                };
        open.add(lines);
        return lines;
    }

    private io.biplane.apiserver.exchange.Response handle(Request request) {
        String[] target = request.target().split("\\?", 2);
        Map<String, String> headers = new HashMap<>();
        request.headers()
                .forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        return handler.handle(
                new io.biplane.apiserver.exchange.Request(
                        request.method(),
                        // A '+' is itself in a path, and a blank in a query only.
                        URLDecoder.decode(target[0].replace("+", "%2B"), StandardCharsets.UTF_8),
                        Query.parse(target.length > 1 ? target[1] : ""),
                        headers,
                        request.body(),
                        user));
    }

    private static Map<String, String> firstValues(
            io.biplane.apiserver.exchange.Response response) {
        Map<String, String> headers = new HashMap<>();
        response.headers()
                .forEach((name, values) ->
                        headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
        return headers;
    }

    @Override
    public void close() {
        open.forEach(LineStream::close);
    }

    /** An error where a stream was asked for. */
    private final class OneLine implements LineStream {
        private final io.biplane.apiserver.exchange.Response.Full answer;
        private boolean read;

        OneLine(io.biplane.apiserver.exchange.Response.Full answer) {
            this.answer = answer;
        }

        @Override
        public int code() {
            return answer.code();
        }

        @Override
        public byte @Nullable [] next() {
            boolean first = !read;
            read = true;
            return first ? answer.body() : null;
        }

        @Override
        public void close() {
            open.remove(this);
        }
    }

    private final class Lines implements LineStream {
        private final io.biplane.apiserver.exchange.Response.Stream stream;
        private final ArrayDeque<byte[]> ready = new ArrayDeque<>();

        Lines(io.biplane.apiserver.exchange.Response.Stream stream) {
            this.stream = stream;
        }

        @Override
        public int code() {
            return stream.code();
        }

        @Override
        public byte @Nullable [] next() throws IOException {
            try {
                if (ready.isEmpty()) {
                    ready.addAll(stream.chunks().next()); // none: the end
                }
                return ready.poll();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for an event");
            }
        }

        @Override
        public void close() {
            open.remove(this);
            stream.chunks().close();
        }
    }
}
