package io.biplane.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.apiserver.TestServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import javax.net.ssl.SSLSocket;

/**
 * Whoever connects without credentials, or resets connections, writes next to nothing to the log.
 */
class PeerFaultsTest {
    private static final int TIMES = 50;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private final Logger root = Logger.getLogger("");
    private final Captured captured = new Captured();

    private static final class Captured extends Handler {
        final Queue<LogRecord> records = new ConcurrentLinkedQueue<>();

        @Override
        public void publish(LogRecord record) {
            records.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @BeforeEach
    void capture() {
        root.addHandler(captured);
    }

    @AfterEach
    void release() {
        root.removeHandler(captured);
    }

    @Test
    void oneLineCountsThem(@TempDir Path directory) throws Exception {
        try (TestServer server = new TestServer(directory)) {
            int port = URI.create(server.url()).getPort();
            captured.records.clear();
            for (int i = 0; i < TIMES; i++) {
                reset(server, port, "h2", PREFACE);
                reset(server, port, "http/1.1", "GET /api HTTP/1.1\r\n");
                talkNonsense(port);
            }
        }
        List<LogRecord> faults =
                captured.records.stream()
                        .filter(r -> r.getMessage().contains("connections failed"))
                        .toList();
        assertThat(faults).hasSize(1);
        assertThat(captured.records)
                .as("stack traces")
                .noneMatch(record -> record.getThrown() != null);
        assertThat(captured.records).hasSizeLessThan(5);
    }

    /** No handshake; returns when the server has closed the connection. */
    private static void talkNonsense(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            byte[] _ = socket.getInputStream().readAllBytes();
        }
    }

    /** A handshake and the beginning of something, then RST. */
    private static void reset(TestServer server, int port, String protocol, String text)
            throws Exception {
        try (SSLSocket socket =
                (SSLSocket)
                        server.sslContext()
                                .getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), port)) {
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {protocol});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.setSoLinger(true, 0);
        }
    }
}
