package io.biplane.apiserver.http;

import io.biplane.apiserver.exchange.Response;
import io.netty.channel.ChannelHandlerContext;

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
    private final Framing framing;
    private final Object writable = new Object();

    StreamWriter(ChannelHandlerContext ctx, Response.Stream response, Framing framing) {
        this.ctx = ctx;
        this.framing = framing;
        this.response = response;
    }

    void run() {
        try (Response.Chunks chunks = response.chunks()) {
            write(framing.begin(response));
            List<byte[]> next = chunks.next();
            while (!next.isEmpty() && ctx.channel().isActive()) {
                write(framing.messages(next));
                awaitWritable();
                next = chunks.next();
            }
            ctx.writeAndFlush(framing.end());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            ctx.close();
        }
    }

    private void write(List<Object> messages) {
        messages.forEach(ctx::write);
        ctx.flush();
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
