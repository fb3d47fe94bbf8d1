package io.biplane.apiserver.http;

import io.biplane.apiserver.Response;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;

import java.util.List;

/**
 * Moves the chunks of one stream to its channel. {@link #run()} is on a virtual thread; the other
 * methods are called by the event loop. While the channel has more to send than its water mark,
 * nothing more is pulled.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a failed write closes the channel, which ends the stream
final class StreamWriter {
    private final ChannelHandlerContext ctx;
    private final Response.Stream response;
    private final Object writable = new Object();

    StreamWriter(ChannelHandlerContext ctx, Response.Stream response) {
        this.ctx = ctx;
        this.response = response;
    }

    void run() {
        try (Response.Chunks chunks = response.chunks()) {
            ctx.writeAndFlush(head());
            List<byte[]> next = chunks.next();
            while (!next.isEmpty() && ctx.channel().isActive()) {
                ctx.writeAndFlush(
                        new DefaultHttpContent(
                                Unpooled.wrappedBuffer(next.toArray(byte[][]::new))));
                awaitWritable();
                next = chunks.next();
            }
            ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            ctx.close();
        }
    }

    private DefaultHttpResponse head() {
        DefaultHttpResponse head =
                new DefaultHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.code()));
        response.headers().forEach((name, values) -> head.headers().set(name, values));
        head.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-cache, private");
        HttpUtil.setTransferEncodingChunked(head, true);
        return head;
    }

    private void awaitWritable() throws InterruptedException {
        synchronized (writable) {
            while (!ctx.channel().isWritable() && ctx.channel().isActive()) {
                writable.wait();
            }
        }
    }

    void writabilityChanged() {
        synchronized (writable) {
            writable.notifyAll();
        }
    }

    /** The client is gone. */
    void abandon() {
        response.chunks().close();
        writabilityChanged();
    }
}
