package io.biplane.cli.validate;

import io.biplane.linux.NamespaceThread;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ProtocolFamily;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A place from which real connections are made: a network namespace of this machine.
 *
 * @param name as it stands in the report
 * @param kind what it is; decides which addresses can be expected to answer
 * @param namespace the file of its network namespace
 * @param families those that it can speak
 */
record Vantage(String name, Kind kind, Path namespace, List<IpFamily> families) {
    private static final int TIMEOUT_MILLIS = 1_000;
    private static final int ANSWER_BYTES = 8 * 1024;

    /** EPERM: what a sender gets whose datagram its own namespace's rules reject. */
    private static final String REJECTED_ON_OUTPUT = "Operation not permitted";

    private static final byte[] HELLO =
            "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    Vantage {
        families = List.copyOf(families);
    }

    /** What a vantage is. */
    enum Kind {
        POD,
        NODE,
        HOST,
        OUTSIDE
    }

    /** What came of an attempt. */
    sealed interface Result {
        Duration took();
    }

    /** Somebody answered. */
    record Answered(String text, Duration took) implements Result {}

    /** Somebody said no, at once. */
    record Refused(Duration took) implements Result {}

    /** Nobody said anything, or the network could not take it. */
    record Lost(String reason, Duration took) implements Result {}

    /** Connects, asks for an HTTP path, and reads the answer's body to its end. */
    Result http(Addr address, int port, String path) {
        return timed(() -> {
            try (SocketChannel channel = tcp(address, port)) {
                String host =
                        address.family() == IpFamily.IPV6
                                ? "[" + address + "]"
                                : address.toString();
                channel.socket()
                        .getOutputStream()
                        .write(
                                "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                                        .formatted(path, host)
                                        .getBytes(StandardCharsets.US_ASCII));
                String answer =
                        new String(
                                channel.socket().getInputStream().readNBytes(ANSWER_BYTES),
                                StandardCharsets.UTF_8);
                int body = answer.indexOf("\r\n\r\n");
                return body < 0 ? answer : answer.substring(body + 4);
            }
        });
    }

    /**
     * Connects, says hello as HTTP does, and waits for the first byte back or an orderly end: a
     * program that is stopped still has its connections taken by the kernel.
     */
    Result hello(Addr address, int port) {
        return timed(() -> {
            try (SocketChannel channel = tcp(address, port)) {
                channel.socket().getOutputStream().write(HELLO);
                int first = channel.socket().getInputStream().read();
                return first < 0 ? "closed" : "answered";
            }
        });
    }

    /** Sends a datagram and waits for one back. */
    Result udp(Addr address, int port, String message) {
        return timed(() -> {
            try (DatagramChannel channel =
                    NamespaceThread.in(namespace, () -> DatagramChannel.open(family(address)))) {
                channel.connect(new InetSocketAddress(address.toInetAddress(), port));
                var socket = channel.socket();
                socket.setSoTimeout(TIMEOUT_MILLIS);
                byte[] out = message.getBytes(StandardCharsets.US_ASCII);
                socket.send(new java.net.DatagramPacket(out, out.length));
                var in = new java.net.DatagramPacket(new byte[ANSWER_BYTES], ANSWER_BYTES);
                socket.receive(in);
                return new String(in.getData(), 0, in.getLength(), StandardCharsets.UTF_8);
            }
        });
    }

    private SocketChannel tcp(Addr address, int port) throws IOException {
        // Opened in there; the socket keeps its namespace, wherever it is then used.
        SocketChannel channel =
                NamespaceThread.in(namespace, () -> SocketChannel.open(family(address)));
        try {
            channel.socket().setSoTimeout(TIMEOUT_MILLIS);
            channel.socket()
                    .connect(new InetSocketAddress(address.toInetAddress(), port), TIMEOUT_MILLIS);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static ProtocolFamily family(Addr address) {
        return address.family() == IpFamily.IPV4
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6;
    }

    /** What an attempt does. */
    private interface Attempt {
        String make() throws IOException;
    }

    private static Result timed(Attempt attempt) {
        long began = System.nanoTime();
        try {
            String text = attempt.make();
            return new Answered(text, since(began));
        } catch (SocketTimeoutException e) {
            return new Lost("no answer within %d ms".formatted(TIMEOUT_MILLIS), since(began));
        } catch (PortUnreachableException e) {
            return new Refused(since(began));
        } catch (IOException e) {
            String message = String.valueOf(e.getMessage());
            return message.contains("refused")
                            || message.contains("reset by peer")
                            || message.contains(REJECTED_ON_OUTPUT)
                    ? new Refused(since(began))
                    : new Lost(message, since(began));
        } catch (RuntimeException e) {
            return new Lost(String.valueOf(e.getMessage()), since(began));
        }
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }
}
