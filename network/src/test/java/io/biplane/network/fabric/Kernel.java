package io.biplane.network.fabric;

import io.biplane.linux.NamespaceThread;
import io.biplane.linux.NetworkNamespace;
import io.biplane.netip.Addr;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What independent programs see in a namespace, and connections between namespaces. */
public final class Kernel {
    private static final int PATIENCE_MILLIS = 3_000;

    /** The whole output of a command inside a namespace. */
    public static String in(String namespace, String... command) {
        List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        line.addAll(List.of(command));
        return run(line.toArray(String[]::new));
    }

    /** The whole output of a command; fails if it does. */
    public static String run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                throw new IllegalStateException(
                        "%s: exit %d: %s".formatted(String.join(" ", command), code, output));
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Links, addresses, routes, neighbours, rules and network sysctls of a namespace, as text. */
    public static String snapshot(String namespace) {
        return String.join(
                "\n",
                in(namespace, "ip", "-o", "addr"),
                in(namespace, "ip", "route", "show", "table", "all"),
                in(namespace, "ip", "-6", "route", "show", "table", "all"),
                in(namespace, "ip", "neigh"),
                in(namespace, "nft", "list", "ruleset"),
                in(
                        namespace,
                        "sh",
                        "-c",
                        "sysctl -a 2>/dev/null | grep -E"
                                + " '^net.(ipv4.ip_forward|ipv[46].conf[.].*[.](forwarding|accept_ra|accept_redirects|rp_filter|disable_ipv6) )'"));
    }

    /**
     * Connects from one namespace to an address in another, where a listener is opened for it.
     *
     * @return the client's address as the server sees it
     */
    public static Addr connect(Path from, Path to, Addr address) {
        int port = 7777;
        try (ServerSocketChannel server =
                        NamespaceThread.in(
                                to,
                                () ->
                                        ServerSocketChannel.open()
                                                .bind(new InetSocketAddress(port)));
                SocketChannel client = NamespaceThread.in(from, () -> SocketChannel.open())) {
            client.socket()
                    .connect(new InetSocketAddress(address.toInetAddress(), port), PATIENCE_MILLIS);
            server.configureBlocking(true);
            try (SocketChannel accepted = server.accept()) {
                accepted.write(ByteBuffer.wrap(new byte[] {42}));
                ByteBuffer answer = ByteBuffer.allocate(1);
                client.socket().setSoTimeout(PATIENCE_MILLIS);
                client.read(answer);
                return Addr.of(((InetSocketAddress) accepted.getRemoteAddress()).getAddress());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("%s → %s: %s".formatted(from, address, e), e);
        }
    }

    /** The path of a named namespace. */
    public static Path path(String namespace) {
        return NetworkNamespace.DIRECTORY.resolve(namespace);
    }

    private Kernel() {}
}
