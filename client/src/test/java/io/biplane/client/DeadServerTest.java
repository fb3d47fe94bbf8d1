package io.biplane.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.api.kind.Kinds;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import javax.net.ssl.SSLContext;

/** A peer that falls silent without closing its connection: its host has lost power, or a NAT. */
@Timeout(60)
class DeadServerTest {
    private static final Duration ANSWER_TIMEOUT = Duration.ofMillis(300);
    private static final Duration WATCH_GRACE = Duration.ofMillis(200);
    private static final String EVENT =
            """
            {"type":"ADDED","object":{"kind":"ConfigMap"}}
            """;

    /** Frames: length, type, flags, stream, and the payload ({@code :status: 200}). */
    private static final String SETTINGS = "\0\0\0\4\0\0\0\0\0";

    private static final String HEADERS_OF_200 = "\0\0\1\1\4\0\0\0\1\u0088";

    private final Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
    private ServerSocket listener;
    private HttpsTransport transport;
    private ApiClient client;

    @BeforeEach
    void connect() throws Exception {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        URI server = URI.create("http://127.0.0.1:" + listener.getLocalPort());
        transport =
                new HttpsTransport(
                        new ServerAccess(server, SSLContext.getDefault(), Optional.empty()),
                        ANSWER_TIMEOUT);
        client = new ApiClient(transport, "test", WATCH_GRACE);
    }

    @AfterEach
    void close() throws IOException {
        transport.close();
        listener.close();
        for (Socket socket : accepted) {
            socket.close();
        }
    }

    /** Accepts a connection for each of the texts, and says no more than that. */
    private void serve(List<String> texts) {
        Thread.startVirtualThread(() -> {
            try {
                for (String text : texts) {
                    Socket socket = listener.accept();
                    accepted.add(socket);
                    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The events may come later than other answers must; an end that is overdue ends the wait. */
    @Test
    void aWatchThatNobodyEndsIsClosedHere() throws Exception {
        serve(
                List.of(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n"
                                .formatted(EVENT.length(), EVENT)));
        try (Watch watch = client.watch(Kinds.CONFIG_MAPS, null, ListOptions.ALL, 1)) {
            assertThat(watch.next()).isNotNull();
            assertThatThrownBy(watch::next)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has not ended it");
        }
    }

    /** The first connection becomes one of HTTP/2, on which only the first stream has an answer. */
    @Test
    void whoWasNotAnsweredComesWithANewConnection() {
        serve(
                List.of(
                        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
                                + SETTINGS
                                + HEADERS_OF_200,
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
        try (Watch _ = client.watch(Kinds.CONFIG_MAPS, null, ListOptions.ALL, 1)) {
            assertThatThrownBy(() -> client.raw("/readyz"))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("timed out");
            assertThat(client.raw("/readyz")).isEqualTo("ok");
        }
        assertThat(accepted).hasSize(2);
    }

    @Test
    void aWatchThatIsNotAnsweredIsGivenUp() {
        serve(List.of(""));
        assertThatThrownBy(() -> client.watch(Kinds.CONFIG_MAPS, null, ListOptions.ALL, 1))
                .isInstanceOf(UncheckedIOException.class);
    }
}
