package io.biplane.apiserver.http;

import static java.lang.System.Logger.Level.ERROR;

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
    private static final System.Logger LOG = System.getLogger(StreamWriter.class.getName());

    private final ChannelHandlerContext ctx;
    private final Response.Stream response;
    private final Framing framing;
    private final String path;
    private final Object writable = new Object();

    /**
     * @param path what was asked for, for the log
     */
    StreamWriter(
            ChannelHandlerContext ctx, Response.Stream response, Framing framing, String path) {
        this.ctx = ctx;
        this.framing = framing;
        this.response = response;
        this.path = path;
    }

    /**
     * Moves the chunks until either side ends the stream.
     *
     * @return whether the channel can go on with another answer: a stream that failed leaves it
     *     closed, so that the client does not take what it got for the whole
     */
    boolean run() {
        try (Response.Chunks chunks = response.chunks()) {
            write(framing.begin(response));
            List<byte[]> next = chunks.next();
            while (!next.isEmpty() && ctx.channel().isActive()) {
                write(framing.messages(next));
                awaitWritable();
                next = chunks.next();
            }
            ctx.writeAndFlush(framing.end());
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.log(ERROR, () -> "stream failed path=" + path, e);
        }
        ctx.close();
        return false;
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
