package io.biplane.apiserver.http;

import io.biplane.apiserver.exchange.Response;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;

import java.util.List;

/** How the chunks of a stream become messages on its channel. */
enum Framing {
    /** The body of an HTTP answer, as long as it lasts. */
    BODY {
        @Override
        List<Object> begin(Response.Stream response) {
            DefaultHttpResponse head =
                    new DefaultHttpResponse(
                            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.code()));
            response.headers().forEach((name, values) -> head.headers().set(name, values));
            head.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-cache, private");
            HttpUtil.setTransferEncodingChunked(head, true);
            return List.of(head);
        }

        @Override
        List<Object> messages(List<byte[]> chunks) {
            return List.of(
                    new DefaultHttpContent(Unpooled.wrappedBuffer(chunks.toArray(byte[][]::new))));
        }

        @Override
        Object end() {
            return LastHttpContent.EMPTY_LAST_CONTENT;
        }
    },
    /** Frames of a WebSocket whose handshake is over, one for each chunk. */
    WEB_SOCKET {
        @Override
        List<Object> begin(Response.Stream response) {
            return List.of();
        }

        @Override
        List<Object> messages(List<byte[]> chunks) {
            return chunks.stream()
                    .<Object>map(c -> new TextWebSocketFrame(Unpooled.wrappedBuffer(c)))
                    .toList();
        }

        @Override
        Object end() {
            return new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE);
        }
    };

    abstract List<Object> begin(Response.Stream response);

    abstract List<Object> messages(List<byte[]> chunks);

    abstract Object end();
}
