package io.biplane.cli.it;

import io.biplane.linux.NamespaceThread;
import io.biplane.linux.testing.Eventually;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Connections from pods: questions asked once, and a constant stream of them. The stream has, for
 * each address of a Service, one connection that stays open and is used over and over, and new ones
 * all the time.
 */
final class Traffic implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 3_000;
    private static final int AT_A_TIME = 50;

    private final TestCluster cluster;
    private final List<String> pods;
    private final List<Addr> clusterIps;
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean ended;

    /** A connection that must be answered by {@code hostname}. */
    record Question(Addr address, int port, String hostname) {}

    Traffic(TestCluster cluster, Map<String, List<Addr>> pods, List<Addr> clusterIps) {
        this.cluster = cluster;
        this.pods = List.copyOf(pods.keySet());
        this.clusterIps = clusterIps;
    }

    /** Asks all questions from one pod and returns what went wrong. */
    static List<String> ask(TestCluster cluster, String pod, List<Question> questions)
            throws InterruptedException {
        List<String> wrong = new ArrayList<>();
        try (ExecutorService asking =
                Executors.newFixedThreadPool(AT_A_TIME, Thread.ofVirtual().factory())) {
            List<Future<String>> answers = new ArrayList<>();
            for (Question question : questions) {
                answers.add(asking.submit(() -> answer(cluster, pod, question)));
            }
            for (int i = 0; i < answers.size(); i++) {
                String expected = questions.get(i).hostname();
                try {
                    String seen = answers.get(i).get();
                    if (!seen.equals(expected)) {
                        wrong.add("%s asked %s: %s".formatted(pod, questions.get(i), seen));
                    }
                } catch (ExecutionException e) {
                    wrong.add("%s asked %s: %s".formatted(pod, questions.get(i), e.getCause()));
                }
            }
        }
        return wrong;
    }

    private static String answer(TestCluster cluster, String pod, Question question)
            throws IOException {
        try (SocketChannel channel = open(cluster, pod, question.address(), question.port())) {
            return hostname(channel);
        }
    }

    private static SocketChannel open(TestCluster cluster, String pod, Addr address, int port)
            throws IOException {
        Path namespace = Path.of("/run/netns", "%s-pod-default_%s".formatted(cluster.name(), pod));
        ProtocolFamily family =
                address.family() == IpFamily.IPV4
                        ? StandardProtocolFamily.INET
                        : StandardProtocolFamily.INET6;
        SocketChannel channel = NamespaceThread.in(namespace, () -> SocketChannel.open(family));
        channel.socket().setSoTimeout(TIMEOUT_MILLIS);
        channel.socket()
                .connect(new InetSocketAddress(address.toInetAddress(), port), TIMEOUT_MILLIS);
        return channel;
    }

    /** Asks an open connection for its name, and leaves it open. */
    private static String hostname(SocketChannel channel) throws IOException {
        channel.socket()
                .getOutputStream()
                .write(
                        "GET /hostname HTTP/1.1\r\nHost: x\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
        var reader =
                new BufferedReader(
                        new InputStreamReader(
                                channel.socket().getInputStream(), StandardCharsets.US_ASCII));
        int length = -1;
        for (String line = reader.readLine();
                line != null && !line.isEmpty();
                line = reader.readLine()) {
            if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        if (length < 0) {
            throw new IOException("the answer has no length");
        }
        char[] body = new char[length];
        for (int read = 0; read < length; ) {
            int more = reader.read(body, read, length - read);
            if (more < 0) {
                throw new IOException("the answer ended early");
            }
            read += more;
        }
        return new String(body).strip();
    }

    /** Begins the stream. */
    void start() {
        for (int i = 0; i < clusterIps.size(); i++) {
            Addr clusterIp = clusterIps.get(i);
            String pod = pods.get(i);
            Future<?> _ = threads.submit(() -> stayConnected(pod, clusterIp));
            Future<?> _ = threads.submit(() -> connectAgainAndAgain(pod, clusterIp));
        }
        awaitMore(50);
    }

    private void stayConnected(String pod, Addr clusterIp) {
        try (SocketChannel channel = open(cluster, pod, clusterIp, 80)) {
            String first = hostname(channel);
            while (!ended) {
                String again = hostname(channel);
                if (!again.equals(first)) {
                    failures.add(
                            "%s was answered by %s, then by %s".formatted(clusterIp, first, again));
                }
                answered.incrementAndGet();
            }
        } catch (IOException | RuntimeException e) {
            failures.add("the connection to %s broke: %s".formatted(clusterIp, e));
        }
    }

    private void connectAgainAndAgain(String pod, Addr clusterIp) {
        while (!ended) {
            try (SocketChannel channel = open(cluster, pod, clusterIp, 80)) {
                hostname(channel);
                answered.incrementAndGet();
            } catch (IOException | RuntimeException e) {
                failures.add("a connection to %s failed: %s".formatted(clusterIp, e));
                return;
            }
        }
    }

    /** Waits for so many more answers, or for a failure. */
    void awaitMore(int count) {
        int goal = answered.get() + count;
        Eventually.holds(
                Duration.ofSeconds(60),
                () ->
                        answered.get() >= goal || !failures.isEmpty()
                                ? ""
                                : "%d of %d answers".formatted(answered.get(), goal));
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        ended = true;
        threads.close();
    }
}
