package io.biplane.node.standin;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;

/** Takes the connections of one listening socket: each begins undecided between HTTP and echo. */
final class Acceptor extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(Acceptor.class.getName());

    private final EventLoopGroup loops;
    private final PodServer server;
    private final String container;

    Acceptor(EventLoopGroup loops, PodServer server, String container) {
        this.loops = loops;
        this.server = server;
        this.container = container;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
        Channel connection = (Channel) accepted;
        // A client may end its side once it has asked, and still wants the answer.
        connection.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        connection.pipeline().addLast(new ProtocolSniffer(server, container));
        server.accepted(container, connection);
        loops.register(connection)
                .addListener(registered -> {
                    if (!registered.isSuccess()) {
                        connection.unsafe().closeForcibly();
                    }
                });
    }

    /** Accepting failed (as a rule: no file descriptor left); the listener itself goes on. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.log(
                System.Logger.Level.WARNING,
                () -> "accept failed pod=%s: %s".formatted(server.pod().name(), cause));
    }
}
