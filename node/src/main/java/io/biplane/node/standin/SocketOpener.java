package io.biplane.node.standin;

import io.biplane.linux.NamespaceThread;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Opens a pod's sockets inside its namespace and registers them with the event loops.
 *
 * <p>Each socket is bound to the wildcard address of both families. All of a pod's sockets are
 * opened by one {@link NamespaceThread}.
 */
final class SocketOpener {
    private static final int BACKLOG = 512;

    /**
     * A closed socket keeps its port until its event loop has selected once more, which nobody can
     * wait for: the JDK cancels keys, and forgets them later.
     */
    private static final Duration LETTING_GO = Duration.ofSeconds(5);

    private static final Duration RETRY = Duration.ofMillis(1);

    /** What came of opening one port. */
    sealed interface Opened {
        record Listening(Channel channel) implements Opened {}

        record Refused(String reason) implements Opened {}
    }

    private final EventLoopGroup loops;

    SocketOpener(EventLoopGroup loops) {
        this.loops = loops;
    }

    /**
     * Opens {@code ports}.
     *
     * @param closed of them those that were closed just now, and will soon be free
     */
    Map<Port, Opened> open(ServedPod pod, List<Port> ports, Set<Port> closed, PodServer server) {
        Map<Port, Opened> opened = new HashMap<>();
        if (ports.isEmpty()) {
            return opened;
        }
        Map<Port, SelectableChannel> bound = new HashMap<>();
        try {
            NamespaceThread.in(
                    pod.netns(),
                    () -> {
                        for (Port port : ports) {
                            try {
                                bound.put(
                                        port, closed.contains(port) ? bindFreed(port) : bind(port));
                            } catch (IOException e) {
                                opened.put(port, new Opened.Refused(reason(e)));
                            }
                        }
                        return ports.size();
                    });
        } catch (Exception e) { // the namespace is gone: said for every port
            ports.forEach(port -> opened.put(port, new Opened.Refused(reason(e))));
            return opened;
        }
        bound.forEach((port, channel) ->
                opened.put(port, new Opened.Listening(register(port, channel, server))));
        return opened;
    }

    private static String reason(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private static SelectableChannel bindFreed(Port port) throws IOException {
        long deadline = System.nanoTime() + LETTING_GO.toNanos();
        while (true) {
            try {
                return bind(port);
            } catch (BindException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(RETRY.toNanos());
            }
        }
    }

    private static SelectableChannel bind(Port port) throws IOException {
        InetSocketAddress wildcard = new InetSocketAddress(port.number());
        return switch (port) {
            case Port.Tcp _ -> {
                ServerSocketChannel channel = ServerSocketChannel.open();
                try {
                    yield channel.bind(wildcard, BACKLOG);
                } catch (IOException e) {
                    channel.close();
                    throw e;
                }
            }
            case Port.Udp _ -> {
                DatagramChannel channel = DatagramChannel.open();
                try {
                    yield channel.bind(wildcard);
                } catch (IOException e) {
                    channel.close();
                    throw e;
                }
            }
        };
    }

    private Channel register(Port port, SelectableChannel bound, PodServer server) {
        Channel channel =
                switch (bound) {
                    case ServerSocketChannel tcp -> {
                        Channel acceptor = new NioServerSocketChannel(tcp);
                        acceptor.pipeline().addLast(new Acceptor(loops, server, port.container()));
                        yield acceptor;
                    }
                    case DatagramChannel udp -> {
                        Channel datagrams = new NioDatagramChannel(udp);
                        datagrams.pipeline().addLast(new UdpAnswers(server));
                        yield datagrams;
                    }
                    default -> throw new IllegalArgumentException("not a socket: " + bound);
                };
        loops.register(channel).syncUninterruptibly();
        return channel;
    }
}
