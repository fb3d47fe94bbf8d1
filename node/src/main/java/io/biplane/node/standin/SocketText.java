package io.biplane.node.standin;

import io.biplane.netip.Addr;

import java.net.InetSocketAddress;

/** Socket addresses in text: RFC 5952, and {@code host:port} with brackets around IPv6. */
final class SocketText {

    static String address(InetSocketAddress socket) {
        return Addr.ofBytes(socket.getAddress().getAddress()).toString();
    }

    static String addressAndPort(InetSocketAddress socket) {
        String address = address(socket);
        return (address.indexOf(':') < 0 ? "%s:%d" : "[%s]:%d")
                .formatted(address, socket.getPort());
    }

    private SocketText() {}
}
