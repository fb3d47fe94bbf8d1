package io.biplane.apiserver.http;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.INFO;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The end of every pipeline: what peers do to their connections, such as a handshake that fails or
 * a reset. It happens all the time and anybody can do it, so each is told at level DEBUG only, and
 * the number of them once a minute.
 */
@Sharable
final class PeerFaults extends ChannelInboundHandlerAdapter {
    static final Duration INTERVAL = Duration.ofMinutes(1);

    private static final System.Logger LOG = System.getLogger(PeerFaults.class.getName());

    private final LongSupplier nanoTime;

    @GuardedBy("this")
    private long lastNanos;

    @GuardedBy("this")
    private long count;

    PeerFaults(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lastNanos = nanoTime.getAsLong() - INTERVAL.toNanos();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(ctx, cause);
    }

    /** Counts a fault and closes the connection. */
    void failed(ChannelHandlerContext ctx, Throwable cause) {
        String peer = String.valueOf(ctx.channel().remoteAddress());
        LOG.log(DEBUG, () -> "connection failed peer=%s cause=%s".formatted(peer, cause));
        long many = counted();
        if (many > 0) {
            LOG.log(
                    INFO,
                    () ->
                            "connections failed count=%d last=%s cause=%s"
                                    .formatted(many, peer, cause));
        }
        var _ = ctx.close();
    }

    /** Counts one; how many there were since the last report, if one is due. */
    private synchronized long counted() {
        count++;
        long now = nanoTime.getAsLong();
        if (now - lastNanos < INTERVAL.toNanos()) {
            return 0;
        }
        long many = count;
        lastNanos = now;
        count = 0;
        return many;
    }
}
