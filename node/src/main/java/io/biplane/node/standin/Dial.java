package io.biplane.node.standin;

import io.biplane.linux.NamespaceThread;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * agnhost netexec's {@code /dial?host=&port=&protocol=http|udp&request=&tries=}: asks another
 * address from inside the pod's namespace and reports the answers. The host is an address, not a
 * name (pods have no resolver here).
 */
final class Dial {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MAX_TRIES = 50;

    static String run(ServedPod pod, Map<String, List<String>> query) {
        List<String> responses = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        try {
            int tries = Integer.parseInt(HttpAnswers.first(query, "tries", "1"));
            for (int i = 0; i < Math.clamp(tries, 1, MAX_TRIES); i++) {
                try {
                    responses.add(ask(pod, query));
                } catch (IOException e) {
                    errors.add(e.toString());
                }
            }
        } catch (Exception e) { // a bad argument, or no namespace: the caller reads it
            errors.add(e.toString());
        }
        var json = Json.object();
        if (!responses.isEmpty()) {
            json.set("responses", Json.strings(responses));
        }
        if (!errors.isEmpty()) {
            json.set("errors", Json.strings(errors));
        }
        return json.toString();
    }

    private static String ask(ServedPod pod, Map<String, List<String>> query) throws Exception {
        InetSocketAddress target =
                new InetSocketAddress(
                        InetAddress.ofLiteral(HttpAnswers.first(query, "host", "")),
                        Integer.parseInt(HttpAnswers.first(query, "port", "8080")));
        String request = HttpAnswers.first(query, "request", "hostname");
        return switch (HttpAnswers.first(query, "protocol", "http")) {
            case "http" -> http(pod, target, request);
            case "udp" -> udp(pod, target, request);
            case String other ->
                    throw new IllegalArgumentException(
                            "unsupported protocol %s (http or udp)".formatted(other));
        };
    }

    private static String http(ServedPod pod, InetSocketAddress target, String request)
            throws Exception {
        try (Socket socket = NamespaceThread.in(pod.netns(), Dial::tcpSocket)) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.connect(target, (int) PATIENCE.toMillis());
            String head =
                    "GET /%s HTTP/1.0\r\nHost: %s\r\n\r\n"
                            .formatted(request, SocketText.addressAndPort(target));
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int body = answer.indexOf("\r\n\r\n");
            return body < 0 ? answer : answer.substring(body + 4);
        }
    }

    /** A connected or bound socket has its descriptor made; an unbound one would make it later. */
    private static Socket tcpSocket() throws IOException {
        return java.nio.channels.SocketChannel.open().socket();
    }

    private static String udp(ServedPod pod, InetSocketAddress target, String request)
            throws Exception {
        try (DatagramSocket socket = NamespaceThread.in(pod.netns(), () -> new DatagramSocket())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            byte[] question = request.getBytes(StandardCharsets.UTF_8);
            socket.send(new DatagramPacket(question, question.length, target));
            DatagramPacket answer = new DatagramPacket(new byte[65_536], 65_536);
            socket.receive(answer);
            return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
        }
    }

    private Dial() {}
}
