package io.biplane.apiserver.http;

import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;

/** Opens the sockets that the server listens on, in the network namespace of the calling thread. */
public final class Listeners {
    private static final int BACKLOG = 1024;

    private Listeners() {}

    /**
     * A socket of the address's family, or of both for {@code ::}.
     *
     * @throws IOException naming address and port, why it failed, and what to do about it
     */
    public static ServerSocketChannel open(InetSocketAddress address) throws IOException {
        return bind(ServerSocketChannel.open(), address);
    }

    /**
     * A socket of the address's own family, so that a neighbour of the other family can have the
     * same port.
     *
     * @throws IOException as {@link #open(InetSocketAddress)}
     */
    public static ServerSocketChannel open(Addr address, int port) throws IOException {
        StandardProtocolFamily family =
                address.family() == IpFamily.IPV4
                        ? StandardProtocolFamily.INET
                        : StandardProtocolFamily.INET6;
        return bind(
                ServerSocketChannel.open(family),
                new InetSocketAddress(address.toInetAddress(), port));
    }

    private static ServerSocketChannel bind(ServerSocketChannel channel, InetSocketAddress address)
            throws IOException {
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
