package io.biplane.apiserver.http;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;

/** Opens the sockets that the server listens on, in the network namespace of the calling thread. */
public final class Listeners {
    private static final int BACKLOG = 1024;

    private Listeners() {}

    /**
     * @throws IOException naming address and port, why it failed, and what to do about it
     */
    public static ServerSocketChannel open(InetSocketAddress address) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            return channel.bind(address, BACKLOG);
        } catch (BindException e) {
            channel.close();
            throw new IOException(
                    "listen on %s port %d: %s (--secure-port=%d: end what holds the port, or give another)"
                            .formatted(
                                    address.getHostString(),
                                    address.getPort(),
                                    e.getMessage(),
                                    address.getPort()),
                    e);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }
}
