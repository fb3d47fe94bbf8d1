package io.biplane.node.standin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A pod's answers over HTTP: {@code /clientip /hostname /hostName /echo /header /healthz /exit
 * /dial} as agnhost netexec gives them, and the greeting on every other path, so that any probe
 * path answers 200.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails ends the connection
final class HttpAnswers extends SimpleChannelInboundHandler<FullHttpRequest> {
    private final PodServer server;
    private final String container;

    // Of the event loop: dials under way, and whether the client will ask no more.
    private int dials;
    private boolean lastAsked;

    HttpAnswers(PodServer server, String container) {
        this.server = server;
        this.container = container;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        QueryStringDecoder uri = new QueryStringDecoder(request.uri());
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        boolean head = request.method().equals(HttpMethod.HEAD);
        switch (uri.path()) {
            case "/exit" -> exit(ctx, uri, head);
            case "/dial" -> {
                dials++;
                Map<String, List<String>> query = uri.parameters();
                Thread.ofVirtual().name("dial").start(() -> dial(ctx, query, keepAlive, head));
            }
            default -> send(ctx, answer(ctx, uri, request), keepAlive, head);
        }
    }

    /** On a thread of its own; the answer goes out on the event loop. */
    private void dial(
            ChannelHandlerContext ctx,
            Map<String, List<String>> query,
            boolean keepAlive,
            boolean head) {
        String answers = Dial.run(server.pod(), query);
        ctx.executor()
                .execute(() -> {
                    dials--;
                    send(ctx, text(answers), keepAlive && !lastAsked, head);
                });
    }

    /** The client has asked for the last time: what is under way is answered, then it ends. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            lastAsked = true;
            if (dials == 0) {
                ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        }
    }

    private FullHttpResponse answer(
            ChannelHandlerContext ctx, QueryStringDecoder uri, FullHttpRequest request) {
        InetSocketAddress client = (InetSocketAddress) ctx.channel().remoteAddress();
        return switch (uri.path()) {
            case "/clientip" -> text(SocketText.addressAndPort(client));
            case "/hostname", "/hostName" -> text(server.pod().hostname());
            case "/healthz" -> text("ok");
            case "/echo" -> text(first(uri.parameters(), "msg", ""));
            case "/header" -> {
                String name = first(uri.parameters(), "key", "");
                yield text(name.isEmpty() ? "" : request.headers().get(name, ""));
            }
            default -> greeting(ctx, uri, request, client);
        };
    }

    private FullHttpResponse greeting(
            ChannelHandlerContext ctx,
            QueryStringDecoder uri,
            FullHttpRequest request,
            InetSocketAddress client) {
        Greeting greeting =
                new Greeting(
                        server.pod(), client, (InetSocketAddress) ctx.channel().localAddress());
        boolean json =
                first(uri.parameters(), "format", "").equals("json")
                        || request.headers()
                                .get(HttpHeaderNames.ACCEPT, "")
                                .contains("application/json");
        return json
                ? response(greeting.toJson().toString() + "\n", "application/json")
                : text(greeting.toText());
    }

    /** The answer goes out first, then the container's ports close. */
    private void exit(ChannelHandlerContext ctx, QueryStringDecoder uri, boolean head) {
        String code = first(uri.parameters(), "code", "0");
        if (!code.matches("\\d{1,3}")) {
            FullHttpResponse refusal = text("argument 'code' must be a number, got " + code);
            send(ctx, refusal.setStatus(HttpResponseStatus.BAD_REQUEST), false, head);
            return;
        }
        send(ctx, text(""), false, head);
        Thread.ofVirtual().start(() -> server.exit(container, Integer.parseInt(code)));
    }

    static String first(Map<String, List<String>> query, String key, String absent) {
        return query.getOrDefault(key, List.of(absent)).getFirst();
    }

    private static FullHttpResponse text(String body) {
        return response(body, "text/plain; charset=utf-8");
    }

    private static FullHttpResponse response(String body, String type) {
        ByteBuf bytes = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, bytes);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, bytes.readableBytes());
        return response;
    }

    private static void send(
            ChannelHandlerContext ctx, FullHttpResponse response, boolean keepAlive, boolean head) {
        response.headers()
                .set(
                        HttpHeaderNames.CONNECTION,
                        keepAlive ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
        if (head) {
            response.content().clear();
        }
        var sent = ctx.writeAndFlush(response);
        if (!keepAlive) {
            sent.addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
