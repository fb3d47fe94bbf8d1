package io.biplane.node;

import io.biplane.linux.NamespaceThread;
import io.biplane.netip.Addr;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Questions to stand-ins, asked from inside a namespace. */
public final class Ask {
    private static final int PATIENCE_MILLIS = 3_000;

    /** The body of the answer to GET. */
    public static String http(Path from, Addr to, int port, String path) throws IOException {
        String answer = tcp(from, to, port, "GET %s HTTP/1.0\r\n\r\n".formatted(path));
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    /** All that comes back for {@code question}, after which nothing more is sent. */
    public static String tcp(Path from, Addr to, int port, String question) throws IOException {
        try (SocketChannel channel = NamespaceThread.in(from, () -> SocketChannel.open())) {
            channel.socket().setSoTimeout(PATIENCE_MILLIS);
            channel.socket()
                    .connect(new InetSocketAddress(to.toInetAddress(), port), PATIENCE_MILLIS);
            channel.socket().getOutputStream().write(question.getBytes(StandardCharsets.UTF_8));
            channel.shutdownOutput();
            InputStream in = channel.socket().getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    public static String udp(Path from, Addr to, int port, String question) throws IOException {
        try (DatagramSocket socket = NamespaceThread.in(from, () -> new DatagramSocket())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            byte[] bytes = question.getBytes(StandardCharsets.UTF_8);
            socket.send(
                    new DatagramPacket(
                            bytes, bytes.length, new InetSocketAddress(to.toInetAddress(), port)));
            DatagramPacket answer = new DatagramPacket(new byte[4096], 4096);
            socket.receive(answer);
            return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
        }
    }

    private Ask() {}
}
