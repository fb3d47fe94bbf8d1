package io.biplane.linux.testing;

import io.biplane.linux.NetworkNamespace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Packets with any source, sent around the kernel's IP by a program that is not ours, and what of
 * them arrives. Each bears a mark that tells it from all others.
 */
public final class RawPackets {
    /** What a packet consists of beside its addresses. */
    public enum Form {
        UDP,
        /** Two fragments of one datagram. */
        FRAGMENTS,
        /** IPv4 options, or IPv6 extension headers. */
        OPTIONS,
        ECHO,
        /** An ICMP error. */
        ERROR,
        /** An ICMP redirect to somebody else. */
        REDIRECT,
        /** IPv4: who has the destination? */
        ARP_REQUEST,
        /** IPv4: the source is at a MAC of its own. */
        ARP_REPLY,
        /** IPv6: who has the destination? */
        NS,
        /** IPv6: the destination is at a MAC of its own. */
        NA,
        /** IPv6: the source is a router, and gives a prefix away. */
        RA;

        /** What brings a mark to a socket of the destination. */
        public static final List<Form> MARKED = List.of(UDP, FRAGMENTS, OPTIONS, ECHO, ERROR);

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** One packet. */
    public record Packet(Form form, String source, String destination) {
        /** How it is known again where it arrives. */
        public String mark() {
            return "mark:%s:%s>%s;".formatted(form, source, destination);
        }
    }

    private RawPackets() {}

    /**
     * Sends packets in their order.
     *
     * @param nextHop the MAC to which they are sent
     */
    public static void send(
            NetworkNamespace from, String link, String nextHop, Collection<Packet> packets) {
        String orders =
                packets.stream()
                        .map(p ->
                                "%s %s %s %s\n"
                                        .formatted(p.form(), p.source(), p.destination(), p.mark()))
                        .collect(Collectors.joining());
        String _ = Witness.run(from, orders, "python3", "-c", script("send.py"), link, nextHop);
    }

    /** The marks of what comes to a namespace, until it is closed. */
    public static final class Receiver implements AutoCloseable {
        private final Process process;
        private final Set<String> marks = ConcurrentHashMap.newKeySet();

        /** Begins to listen; returns once nothing that comes from now on is missed. */
        public Receiver(NetworkNamespace namespace) {
            try {
                process =
                        new ProcessBuilder(
                                        "nsenter",
                                        "--net=" + namespace.path(),
                                        "python3",
                                        "-c",
                                        script("receive.py"))
                                .redirectError(ProcessBuilder.Redirect.INHERIT)
                                .start();
                BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
                if (!"ready".equals(out.readLine())) {
                    throw new IllegalStateException("no receiver in " + namespace);
                }
                Thread _ = Thread.ofVirtual().start(() -> out.lines().forEach(marks::add));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The marks so far, sorted. */
        public Set<String> marks() {
            return new TreeSet<>(marks);
        }

        /** Whether all of the packets have come. */
        public boolean has(Collection<Packet> packets) {
            return packets.stream().map(Packet::mark).allMatch(marks::contains);
        }

        @Override
        public void close() {
            Process _ = process.destroyForcibly();
            process.onExit().join();
        }
    }

    private static String script(String name) {
        try (InputStream script = RawPackets.class.getResourceAsStream(name)) {
            if (script == null) {
                throw new IllegalStateException(name + " is not among the resources");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
