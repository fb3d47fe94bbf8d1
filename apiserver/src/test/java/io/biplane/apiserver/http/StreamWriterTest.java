package io.biplane.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.apiserver.exchange.Request;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.pki.Pki;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A stream that fails in the middle looks broken to its client, not whole and not alive. */
@Timeout(60)
class StreamWriterTest {
    private static final String FAILING = "/failing";
    private static final String UPGRADE =
            """
            GET %s HTTP/1.1
            Host: localhost
            Connection: Upgrade
            Upgrade: websocket
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

            """
                    .formatted(FAILING)
                    .replace("\n", "\r\n");

    private final Logger root = Logger.getLogger("");
    private final Captured captured = new Captured();
    private final CountDownLatch received = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    @TempDir Path directory;

    private HttpsServer server;
    private HttpClient client;
    private SSLContext trust;
    private int port;

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

    /** One line, then a failure that nobody has foreseen. */
    private final class Failing implements Response.Chunks {
        private boolean begun;

        @Override
        public List<byte[]> next() throws InterruptedException {
            if (begun) {
                received.await(); // a broken stream may cost its client what it has yet to read
                throw new IllegalStateException("a record that cannot be read");
            }
            begun = true;
            return List.of("first\n".getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void close() {
            released.countDown();
        }
    }

    @BeforeEach
    void start() throws Exception {
        Pki pki = Pki.openOrCreate(directory, List.of("127.0.0.1"));
        ServerSocketChannel listener =
                Listeners.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
        trust = trust(pki);
        server = new HttpsServer(this::answer, pki);
        server.start(List.of(listener));
        client = HttpClient.newBuilder().sslContext(trust).build();
        root.addHandler(captured);
    }

    @AfterEach
    void stop() {
        root.removeHandler(captured);
        client.shutdownNow();
        server.close();
    }

    private Response answer(Request request) {
        return request.path().equals(FAILING)
                ? new Response.Stream(200, Map.of(), new Failing())
                : Response.Full.of(200, "text/plain", new byte[0]);
    }

    private static SSLContext trust(Pki pki) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setCertificateEntry("authority", pki.authority().certificate());
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private HttpRequest get(HttpClient.Version version, String path) {
        return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + path))
                .version(version)
                .build();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aStreamThatFailsIsBrokenForItsClient(HttpClient.Version version) throws Exception {
        var response = client.send(get(version, FAILING), BodyHandlers.ofInputStream());
        assertThat(response.version()).isEqualTo(version);
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).isEqualTo("first");
            received.countDown();
            assertThatThrownBy(lines::readLine).isInstanceOf(IOException.class);
        }
        assertReleasedAndToldOnce();
        assertThat(client.send(get(version, "/other"), BodyHandlers.discarding()).statusCode())
                .isEqualTo(200);
    }

    /** A connection that ends without a close frame. */
    @Test
    void aWebSocketThatFailsIsNotClosedAsIfItWereOver() throws Exception {
        try (Socket socket =
                trust.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(UPGRADE.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            StringBuilder text = new StringBuilder();
            while (!text.toString().endsWith("first\n")) {
                int b = in.read();
                assertThat(b).as("after " + text).isNotNegative();
                text.append((char) b);
            }
            assertThat(text).startsWith("HTTP/1.1 101 ");
            received.countDown();
            assertThat(in.readAllBytes()).isEmpty();
        }
        assertReleasedAndToldOnce();
    }

    private void assertReleasedAndToldOnce() throws InterruptedException {
        assertThat(released.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(captured.records)
                .filteredOn(record -> record.getThrown() != null)
                .singleElement()
                .satisfies(record -> assertThat(record.getMessage()).contains(FAILING));
    }
}
