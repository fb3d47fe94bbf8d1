package io.biplane.apiserver.http;

import io.biplane.apiserver.exchange.ApiHandler;
import io.biplane.apiserver.exchange.User;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslHandler;

/** After the handshake: the pipeline for the protocol that ALPN chose. */
final class ProtocolChoice extends ApplicationProtocolNegotiationHandler {
    /** A selector of many labels makes a long request line. */
    private static final int MAX_LINE_BYTES = 64 * 1024;

    private static final int MAX_STREAMS = 1000;
    private static final int WINDOW_BYTES = 1024 * 1024;

    /** A client that ends its watches resets their streams; informers in one process end many. */
    private static final int RESETS_PER_WINDOW = 2000;

    private static final int RESET_WINDOW_SECONDS = 30;

    private final ApiHandler handler;
    private final PeerFaults faults;

    ProtocolChoice(ApiHandler handler, PeerFaults faults) {
        super(ApplicationProtocolNames.HTTP_1_1);
        this.handler = handler;
        this.faults = faults;
    }

    @Override
    protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
        faults.failed(ctx, cause);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        faults.failed(ctx, cause);
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
        User user = Tls.user(ctx.pipeline().get(SslHandler.class).engine().getSession());
        if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
            ctx.pipeline()
                    .addLast(
                            Http2FrameCodecBuilder.forServer()
                                    .initialSettings(
                                            Http2Settings.defaultSettings()
                                                    .maxConcurrentStreams(MAX_STREAMS)
                                                    .initialWindowSize(WINDOW_BYTES)
                                                    .maxHeaderListSize(MAX_LINE_BYTES))
                                    .decoderEnforceMaxRstFramesPerWindow(
                                            RESETS_PER_WINDOW, RESET_WINDOW_SECONDS)
                                    .build(),
                            new Http2MultiplexHandler(new Streams(user)),
                            faults);
        } else {
            ctx.pipeline()
                    .addLast(
                            new HttpServerCodec(
                                    new HttpDecoderConfig()
                                            .setMaxInitialLineLength(MAX_LINE_BYTES)
                                            .setMaxHeaderSize(MAX_LINE_BYTES)));
            addExchanges(ctx.pipeline(), user);
        }
    }

    private void addExchanges(ChannelPipeline pipeline, User user) {
        pipeline.addLast(new BodyCollector(), new Exchanges(handler, user), faults);
    }

    /** Each HTTP/2 stream is a channel of its own. */
    private final class Streams extends ChannelInitializer<Channel> {
        private final User user;

        Streams(User user) {
            this.user = user;
        }

        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new Http2StreamFrameToHttpObjectCodec(true));
            addExchanges(channel.pipeline(), user);
        }
    }
}
