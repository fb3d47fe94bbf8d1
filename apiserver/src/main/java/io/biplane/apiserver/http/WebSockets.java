package io.biplane.apiserver.http;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;

/** Streams over WebSockets: some client libraries watch in this way before any other. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, which ends all
final class WebSockets {
    private WebSockets() {}

    static boolean isAskedFor(FullHttpRequest message) {
        return message.headers().containsValue(HttpHeaderNames.UPGRADE, "websocket", true);
    }

    /**
     * Answers the upgrade on the channel's event loop; what is written afterwards are frames.
     *
     * @param message released when it is answered
     */
    static void shakeHands(ChannelHandlerContext ctx, FullHttpRequest message) {
        ctx.executor()
                .submit(() -> {
                    answer(ctx, message);
                    message.release();
                })
                .awaitUninterruptibly();
    }

    private static void answer(ChannelHandlerContext ctx, FullHttpRequest message) {
        WebSocketServerHandshaker handshaker =
                new WebSocketServerHandshakerFactory(message.uri(), null, false)
                        .newHandshaker(message);
        if (handshaker == null) {
            WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(ctx.channel())
                    .addListener(ChannelFutureListener.CLOSE);
            return;
        }
        handshaker.handshake(ctx.channel(), message);
        ctx.pipeline().addLast(new ControlFrames());
    }

    /** What the client may still send: a ping, or the close of the connection. */
    private static final class ControlFrames extends SimpleChannelInboundHandler<WebSocketFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
            switch (frame) {
                case PingWebSocketFrame ping ->
                        ctx.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
                case CloseWebSocketFrame close ->
                        ctx.writeAndFlush(close.retain()).addListener(ChannelFutureListener.CLOSE);
                default -> {
                    // A watch takes no input.
                }
            }
        }
    }
}
