package io.biplane.node.standin;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Decides by a connection's first bytes what it speaks: an HTTP method and a blank begin HTTP, all
 * else is sent back as it came (echo).
 */
@SuppressWarnings("FutureReturnValueIgnored") // closing is all that is left to do
final class ProtocolSniffer extends ByteToMessageDecoder {
    private static final List<String> METHODS =
            List.of("GET ", "HEAD ", "POST ", "PUT ", "PATCH ", "DELETE ", "OPTIONS ");
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int LONGEST_METHOD = 8;

    private final PodServer server;
    private final String container;

    ProtocolSniffer(PodServer server, String container) {
        this.server = server;
        this.container = container;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        String start =
                in.toString(
                        in.readerIndex(),
                        Math.min(in.readableBytes(), LONGEST_METHOD),
                        StandardCharsets.ISO_8859_1);
        if (METHODS.stream().anyMatch(start::startsWith)) {
            ctx.pipeline()
                    .addLast(new HttpServerCodec())
                    .addLast(new HttpObjectAggregator(MAX_BODY_BYTES))
                    .addLast(new HttpAnswers(server, container));
            ctx.pipeline().remove(this);
        } else if (METHODS.stream().noneMatch(method -> method.startsWith(start))) {
            ctx.pipeline().addLast(new Echo());
            ctx.pipeline().remove(this);
        }
    }

    /** The client has ended before it said what it speaks. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        super.userEventTriggered(ctx, event); // decodes what is left, which may take us out
        if (event instanceof ChannelInputShutdownEvent && !ctx.isRemoved()) {
            ctx.close();
        }
    }

    /** A reset by the client is no event; the connection is over. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
