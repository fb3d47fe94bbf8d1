package io.biplane.apiserver.http;

import static java.lang.System.Logger.Level.INFO;

import io.biplane.apiserver.exchange.ApiHandler;
import io.biplane.apiserver.pki.Pki;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Accepts connections on sockets that others opened, maybe in other network namespaces. */
public final class HttpsServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HttpsServer.class.getName());
    // Loops only move and encrypt bytes; two keep both cores of a small machine busy.
    private static final int EVENT_LOOPS =
            Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
    private static final int WRITE_LOW_BYTES = 64 * 1024;
    private static final int WRITE_HIGH_BYTES = 256 * 1024;

    private final ApiHandler handler;
    private final PeerFaults faults = new PeerFaults(System::nanoTime);
    private final SslContext tls;
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(
                    EVENT_LOOPS,
                    new DefaultThreadFactory("https", true),
                    NioIoHandler.newFactory());
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    // One arena of each kind with small chunks: a few hundred connections, not tens of thousands.
    private final ByteBufAllocator buffers =
            new PooledByteBufAllocator(true, 1, 1, 8192, 5, 64, 16, false);

    public HttpsServer(ApiHandler handler, Pki pki) throws IOException {
        this.handler = handler;
        this.tls = Tls.server(pki);
    }

    /** Takes over the sockets: they are closed with this server. */
    public void start(List<ServerSocketChannel> listeners) throws IOException {
        for (ServerSocketChannel listener : listeners) {
            Channel channel =
                    new ServerBootstrap()
                            .group(loops)
                            .channelFactory(() -> new NioServerSocketChannel(listener))
                            .option(ChannelOption.ALLOCATOR, buffers)
                            .childOption(ChannelOption.ALLOCATOR, buffers)
                            .childOption(ChannelOption.TCP_NODELAY, true)
                            .childOption(ChannelOption.SO_KEEPALIVE, true)
                            .childOption(
                                    ChannelOption.WRITE_BUFFER_WATER_MARK,
                                    new WriteBufferWaterMark(WRITE_LOW_BYTES, WRITE_HIGH_BYTES))
                            .childHandler(new Connections())
                            .register()
                            .syncUninterruptibly()
                            .channel();
            channels.add(channel);
            LOG.log(INFO, () -> "serving https address=%s".formatted(channel.localAddress()));
        }
    }

    /** Closes listeners and connections; streams end. */
    @Override
    public void close() {
        channels.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    private final class Connections extends ChannelInitializer<SocketChannel> {
        @Override
        protected void initChannel(SocketChannel channel) {
            channels.add(channel);
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
            channel.pipeline().addLast(new ProtocolChoice(handler, faults));
        }
    }
}
