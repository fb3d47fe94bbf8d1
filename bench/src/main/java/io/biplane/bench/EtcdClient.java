package io.biplane.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrame;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/**
 * Just enough of a gRPC client for etcd: one connection, unary calls, messages written by hand. It
 * does less than the official clients do, so that what is measured is etcd.
 *
 * @see <a
 *     href="https://github.com/etcd-io/etcd/blob/release-3.4/etcdserver/etcdserverpb/rpc.proto">etcdserverpb</a>
 */
final class EtcdClient implements AutoCloseable {
    private static final int COMPARE_MOD = 2;

    private final Channel connection;

    EtcdClient(EventLoopGroup group, int port) throws InterruptedException {
        connection =
                new Bootstrap()
                        .group(group)
                        .channel(NioSocketChannel.class)
                        .handler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline()
                                                .addLast(
                                                        Http2FrameCodecBuilder.forClient()
                                                                .initialSettings(
                                                                        Http2Settings
                                                                                .defaultSettings())
                                                                .build(),
                                                        new Http2MultiplexHandler(
                                                                new ChannelInitializer<>() {
                                                                    @Override
                                                                    protected void initChannel(
                                                                            Channel unexpected) {
                                                                        var _ = unexpected.close();
                                                                    }
                                                                }));
                                    }
                                })
                        .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                        .sync()
                        .channel();
    }

    /** Creates a key that must not exist, in one transaction. */
    void create(String key, byte[] value) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        var compare = new ByteArrayOutputStream();
        number(compare, 2, COMPARE_MOD);
        bytes(compare, 3, name);
        number(compare, 6, 0); // mod_revision, equal by default: the key does not exist
        var put = new ByteArrayOutputStream();
        bytes(put, 1, name);
        bytes(put, 2, value);
        var op = new ByteArrayOutputStream();
        bytes(op, 2, put.toByteArray());
        var txn = new ByteArrayOutputStream();
        bytes(txn, 1, compare.toByteArray());
        bytes(txn, 2, op.toByteArray());
        call("/etcdserverpb.KV/Txn", txn.toByteArray());
    }

    /** Reads keys of a range; the answer is read, not decoded. */
    int range(String from, String toExclusive) {
        var range = new ByteArrayOutputStream();
        bytes(range, 1, from.getBytes(StandardCharsets.UTF_8));
        bytes(range, 2, toExclusive.getBytes(StandardCharsets.UTF_8));
        return call("/etcdserverpb.KV/Range", range.toByteArray());
    }

    private static void number(ByteArrayOutputStream out, int field, int value) {
        out.write(field << 3);
        varint(out, value);
    }

    private static void bytes(ByteArrayOutputStream out, int field, byte[] value) {
        out.write(field << 3 | 2);
        varint(out, value.length);
        out.writeBytes(value);
    }

    private static void varint(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest > 0x7F) {
            out.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }

    /** Bytes of the answer. */
    private int call(String method, byte[] message) {
        var answer = new Answer();
        Channel stream =
                new Http2StreamChannelBootstrap(connection)
                        .handler(answer)
                        .open()
                        .syncUninterruptibly()
                        .getNow();
        var headers =
                new DefaultHttp2Headers()
                        .method("POST")
                        .scheme("http")
                        .path(method)
                        .authority("127.0.0.1")
                        .add("content-type", "application/grpc")
                        .add("te", "trailers");
        ByteBuf body =
                Unpooled.buffer(5 + message.length)
                        .writeByte(0)
                        .writeInt(message.length)
                        .writeBytes(message);
        var _ = stream.write(new DefaultHttp2HeadersFrame(headers));
        var _ = stream.writeAndFlush(new DefaultHttp2DataFrame(body, true));
        return answer.bytes.join();
    }

    private static final class Answer extends SimpleChannelInboundHandler<Http2StreamFrame> {
        final CompletableFuture<Integer> bytes = new CompletableFuture<>();
        private int received;

        @Override
        protected void channelRead0(ChannelHandlerContext context, Http2StreamFrame frame) {
            if (frame instanceof Http2DataFrame data) {
                received += data.content().readableBytes();
                if (data.isEndStream()) {
                    bytes.complete(received);
                }
            } else if (frame instanceof Http2HeadersFrame headers && headers.isEndStream()) {
                if ("0".contentEquals(String.valueOf(headers.headers().get("grpc-status")))) {
                    bytes.complete(received);
                } else {
                    bytes.completeExceptionally(
                            new IllegalStateException("etcd answered " + headers.headers()));
                }
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            bytes.completeExceptionally(cause);
        }
    }

    @Override
    public void close() {
        connection.close().syncUninterruptibly();
    }
}
