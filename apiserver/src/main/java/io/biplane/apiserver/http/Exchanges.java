package io.biplane.apiserver.http;

import static java.lang.System.Logger.Level.ERROR;

import io.biplane.apiserver.exchange.ApiHandler;
import io.biplane.apiserver.exchange.Query;
import io.biplane.apiserver.exchange.Request;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.exchange.User;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;

/**
 * The exchanges of one connection (HTTP/1.1) or one stream (HTTP/2), one at a time and in order.
 * All fields are touched by the channel's event loop only; the answer is made on a virtual thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, which ends all
final class Exchanges extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final System.Logger LOG = System.getLogger(Exchanges.class.getName());

    /** Pipelined requests that wait; no client of this API pipelines more. */
    private static final int MAX_WAITING = 64;

    private final ApiHandler handler;
    private final User user;
    private final Queue<Incoming> waiting = new ArrayDeque<>();
    private boolean busy;
    private @Nullable StreamWriter stream;

    /**
     * @param upgrade the message itself if it asks for a WebSocket, retained until it is answered
     */
    private record Incoming(
            Request request, boolean keepAlive, @Nullable FullHttpRequest upgrade) {}

    Exchanges(ApiHandler handler, User user) {
        this.handler = handler;
        this.user = user;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest message) {
        if (message.decoderResult().isFailure() || waiting.size() >= MAX_WAITING) {
            writeFull(ctx, plain(400, "malformed HTTP request"), false);
            return;
        }
        Incoming incoming;
        try {
            incoming =
                    new Incoming(
                            request(message),
                            HttpUtil.isKeepAlive(message),
                            WebSockets.isAskedFor(message) ? message.retain() : null);
        } catch (IllegalArgumentException e) {
            writeFull(ctx, plain(400, "malformed request URI: " + e.getMessage()), false);
            return;
        }
        if (busy) {
            waiting.add(incoming);
        } else {
            serve(ctx, incoming);
        }
    }

    private Request request(FullHttpRequest message) {
        String uri = message.uri();
        int mark = uri.indexOf('?');
        Map<String, String> headers = new HashMap<>();
        message.headers()
                .forEach(h ->
                        headers.merge(
                                h.getKey().toLowerCase(Locale.ROOT),
                                h.getValue(),
                                (a, b) -> a + ", " + b));
        return new Request(
                message.method().name(),
                QueryStringDecoder.decodeComponent(mark < 0 ? uri : uri.substring(0, mark)),
                Query.parse(mark < 0 ? "" : uri.substring(mark + 1)),
                headers,
                ByteBufUtil.getBytes(message.content()),
                user);
    }

    private void serve(ChannelHandlerContext ctx, Incoming incoming) {
        busy = true;
        Thread.startVirtualThread(() -> {
            Response response = answer(incoming.request());
            FullHttpRequest upgrade = incoming.upgrade();
            switch (response) {
                case Response.Full full ->
                        ctx.executor()
                                .execute(() -> {
                                    release(incoming);
                                    writeFull(ctx, full, incoming.keepAlive());
                                    next(ctx);
                                });
                case Response.Stream open when upgrade != null -> {
                    WebSockets.shakeHands(ctx, upgrade);
                    pump(ctx, incoming, open, Framing.WEB_SOCKET);
                }
                case Response.Stream open -> pump(ctx, incoming, open, Framing.BODY);
            }
        });
    }

    private static void release(Incoming incoming) {
        if (incoming.upgrade() != null) {
            incoming.upgrade().release();
        }
    }

    private Response answer(Request request) {
        try {
            return handler.handle(request);
        } catch (RuntimeException | Error e) {
            // Even when a class cannot be loaded, the client must hear something.
            LOG.log(ERROR, () -> "request failed path=" + request.path(), e);
            return plain(500, "Internal Server Error");
        }
    }

    private static Response.Full plain(int code, String text) {
        return Response.Full.of(code, "text/plain", text.getBytes(StandardCharsets.UTF_8));
    }

    private void next(ChannelHandlerContext ctx) {
        busy = false;
        Incoming incoming = waiting.poll();
        if (incoming != null) {
            serve(ctx, incoming);
        }
    }

    private static void writeFull(
            ChannelHandlerContext ctx, Response.Full response, boolean keepAlive) {
        DefaultFullHttpResponse message =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(response.code()),
                        Unpooled.wrappedBuffer(response.body()));
        response.headers().forEach((name, values) -> message.headers().set(name, values));
        message.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
        HttpUtil.setKeepAlive(message, keepAlive);
        var written = ctx.writeAndFlush(message);
        if (!keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** On the virtual thread of the exchange, until the stream ends. */
    private void pump(
            ChannelHandlerContext ctx,
            Incoming incoming,
            Response.Stream response,
            Framing framing) {
        StreamWriter writer = new StreamWriter(ctx, response, framing, incoming.request().path());
        ctx.executor()
                .execute(() -> {
                    stream = writer;
                    if (!ctx.channel().isActive()) {
                        writer.abandon();
                    }
                });
        boolean whole = writer.run();
        ctx.executor()
                .execute(() -> {
                    stream = null;
                    if (whole) {
                        next(ctx);
                    }
                });
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (stream != null) {
            stream.writabilityChanged();
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (stream != null) {
            stream.abandon();
        }
        waiting.forEach(Exchanges::release);
        waiting.clear();
        ctx.fireChannelInactive();
    }
}
