package io.biplane.network.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.NamespaceThread;
import io.biplane.netip.Addr;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A TCP connection in each family from one namespace to another, which must live through damage.
 */
final class OpenConnections implements AutoCloseable {
    private static final int PORT = 7070;

    private final List<SocketChannel> clients = new ArrayList<>();
    private final List<SocketChannel> servers = new ArrayList<>();

    static OpenConnections between(Path from, Path to, List<Addr> addresses) throws IOException {
        OpenConnections connections = new OpenConnections();
        try (ServerSocketChannel listener =
                NamespaceThread.in(
                        to, () -> ServerSocketChannel.open().bind(new InetSocketAddress(PORT)))) {
            for (Addr address : addresses) {
                SocketChannel client = NamespaceThread.in(from, () -> SocketChannel.open());
                client.connect(new InetSocketAddress(address.toInetAddress(), PORT));
                connections.clients.add(client);
                connections.servers.add(listener.accept());
            }
        }
        return connections;
    }

    /** Each end hears the other. */
    void goOn() throws IOException {
        for (int i = 0; i < clients.size(); i++) {
            assertThat(hear(clients.get(i), servers.get(i), 1)).isEqualTo(1);
            assertThat(hear(servers.get(i), clients.get(i), 2)).isEqualTo(2);
        }
    }

    private static int hear(SocketChannel from, SocketChannel to, int what) throws IOException {
        from.write(ByteBuffer.wrap(new byte[] {(byte) what}));
        ByteBuffer heard = ByteBuffer.allocate(1);
        to.socket().setSoTimeout(10_000);
        int read = to.socket().getInputStream().read(heard.array());
        return read == 1 ? heard.get(0) : -1;
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel each : clients) {
            each.close();
        }
        for (SocketChannel each : servers) {
            each.close();
        }
    }
}
