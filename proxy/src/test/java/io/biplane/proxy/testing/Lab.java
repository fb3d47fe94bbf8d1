package io.biplane.proxy.testing;

import io.biplane.linux.NamespaceThread;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.TestNamespaces;
import io.biplane.linux.testing.Witness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A node with two pods and a client, each in its own namespace, both families. The node's end of
 * link {@code n} has 10.n.0.254 and fd00:n::fe, the other end 10.n.0.1 and fd00:n::1; pods are 1
 * and 2, the client is 3. Pods answer on TCP and UDP port 8080 with their name and their peer's
 * address.
 */
public final class Lab implements AutoCloseable {
    private static final int PORT = 8080;
    private static final int PATIENCE_MILLIS = 2_000;

    private final TestNamespaces namespaces = new TestNamespaces();
    private final List<Channel> servers = new ArrayList<>();
    public final NetworkNamespace node = namespaces.create();
    public final NetworkNamespace pod1 = namespaces.create();
    public final NetworkNamespace pod2 = namespaces.create();
    public final NetworkNamespace client = namespaces.create();

    /** Makes the links and starts the pods' servers. */
    public Lab() {
        sysctl("net.ipv4.ip_forward=1");
        sysctl("net.ipv6.conf.all.forwarding=1");
        // An ICMP redirect would use up the budget of the ICMP errors that are waited for.
        sysctl("net.ipv4.conf.all.send_redirects=0");
        sysctl("net.ipv4.conf.default.send_redirects=0");
        link(1, pod1);
        link(2, pod2);
        link(3, client);
        // As on a node, whose service addresses are beyond its default gateway.
        ip(node, "route add default via 10.3.0.1");
        ip(node, "route add default via fd00:3::1");
        serve("pod1", pod1);
        serve("pod2", pod2);
        awaitCarriers();
    }

    /** The kernel tells of a new link's carrier up to a second late. */
    private void awaitCarriers() {
        for (NetworkNamespace from : List.of(node, client, pod1, pod2)) {
            for (String to : List.of("10.1.0.1", "10.2.0.1", "fd00:1::1", "fd00:2::1")) {
                Eventually.holds(
                        Duration.ofSeconds(10),
                        () -> {
                            String answer = tcp(from, to, PORT);
                            return answer.startsWith("pod") ? "" : to + ": " + answer;
                        });
            }
        }
    }

    private void sysctl(String setting) {
        String _ = Witness.run(node, "", "sysctl", "-qw", setting);
    }

    private void link(int number, NetworkNamespace other) {
        ip(node, "link add v%d type veth peer name eth0 netns %s".formatted(number, other.name()));
        ip(node, "addr add 10.%d.0.254/24 dev v%d".formatted(number, number));
        ip(node, "addr add fd00:%d::fe/64 dev v%d nodad".formatted(number, number));
        ip(node, "link set v%d up".formatted(number));
        ip(other, "addr add 10.%d.0.1/24 dev eth0".formatted(number));
        ip(other, "addr add fd00:%d::1/64 dev eth0 nodad".formatted(number));
        ip(other, "link set eth0 up");
        ip(other, "route add default via 10.%d.0.254".formatted(number));
        ip(other, "route add default via fd00:%d::fe".formatted(number));
    }

    /** Runs {@code ip <command>} in a namespace. */
    public static void ip(NetworkNamespace namespace, String command) {
        String _ = Witness.run(namespace, command + "\n", "ip", "-batch", "-");
    }

    /** A namespace more, with its loopback link only. */
    public NetworkNamespace another() {
        return namespaces.create();
    }

    private void serve(String name, NetworkNamespace pod) {
        ServerSocketChannel tcp =
                NamespaceThread.in(
                        pod,
                        () ->
                                ServerSocketChannel.open()
                                        .setOption(StandardSocketOptions.SO_REUSEADDR, true)
                                        .bind(new InetSocketAddress(PORT), 200));
        DatagramChannel udp =
                NamespaceThread.in(
                        pod, () -> DatagramChannel.open().bind(new InetSocketAddress(PORT)));
        servers.add(tcp);
        servers.add(udp);
        Thread _ = Thread.ofPlatform().daemon().start(() -> answerTcp(name, tcp));
        Thread _ = Thread.ofPlatform().daemon().start(() -> answerUdp(name, udp));
    }

    private static void answerTcp(String name, ServerSocketChannel server) {
        try {
            while (true) {
                SocketChannel peer = server.accept();
                Thread _ = Thread.ofPlatform().daemon().start(() -> converse(name, peer));
            }
        } catch (ClosedChannelException closed) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says who is talking at once, and again for every line that comes. */
    private static void converse(String name, SocketChannel peer) {
        try (peer) {
            ByteBuffer answer = answer(name, peer.getRemoteAddress());
            ByteBuffer heard = ByteBuffer.allocate(100);
            do {
                int _ = peer.write(answer.rewind());
            } while (peer.read(heard.clear()) > 0);
        } catch (IOException peerGone) {
            return;
        }
    }

    private static void answerUdp(String name, DatagramChannel server) {
        ByteBuffer heard = ByteBuffer.allocate(100);
        try {
            while (true) {
                SocketAddress from = server.receive(heard.clear());
                int _ = server.send(answer(name, from), from);
            }
        } catch (ClosedChannelException closed) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer answer(String name, SocketAddress to) {
        String address =
                ((InetSocketAddress) to).getAddress().getHostAddress().replaceFirst("%.*", "");
        return ByteBuffer.wrap((name + " " + address + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** A TCP connection that the other end has greeted. */
    public static SocketChannel connect(NetworkNamespace from, String address, int port)
            throws IOException {
        SocketChannel socket = NamespaceThread.in(from, () -> SocketChannel.open());
        try {
            socket.socket()
                    .connect(
                            new InetSocketAddress(InetAddress.getByName(address), port),
                            PATIENCE_MILLIS);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** One answer of an open connection. */
    public static String read(SocketChannel socket) throws IOException {
        ByteBuffer answer = ByteBuffer.allocate(200);
        socket.socket().setSoTimeout(PATIENCE_MILLIS);
        int length = socket.socket().getInputStream().read(answer.array());
        return new String(answer.array(), 0, Math.max(length, 0), StandardCharsets.UTF_8).strip();
    }

    /** The answer over TCP: {@code pod1 10.3.0.1}, {@code refused} or {@code timeout}. */
    public static String tcp(NetworkNamespace from, String address, int port) {
        try (SocketChannel socket = connect(from, address, port)) {
            return read(socket);
        } catch (SocketTimeoutException e) {
            return "timeout";
        } catch (SocketException e) {
            return "refused";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The answer over UDP: as {@link #tcp}. */
    public static String udp(NetworkNamespace from, String address, int port) {
        try (DatagramChannel socket = NamespaceThread.in(from, () -> DatagramChannel.open())) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(address), port));
            socket.socket().setSoTimeout(PATIENCE_MILLIS);
            byte[] answer = new byte[200];
            socket.socket().send(new DatagramPacket(new byte[1], 1));
            DatagramPacket packet = new DatagramPacket(answer, answer.length);
            socket.socket().receive(packet);
            return new String(answer, 0, packet.getLength(), StandardCharsets.UTF_8).strip();
        } catch (SocketTimeoutException e) {
            return "timeout";
        } catch (SocketException e) {
            return "refused";
        } catch (IOException e) {
            // A sender in the namespace of the rule is told by send itself.
            if (String.valueOf(e.getMessage()).equals("Operation not permitted")) {
                return "refused";
            }
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        for (Channel server : servers) {
            try {
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        namespaces.close();
    }
}
