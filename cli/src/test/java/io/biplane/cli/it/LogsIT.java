package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * A cluster's logs: one line an event, and none that a peer without credentials could add at will.
 */
@ClusterTest
class LogsIT {
    private static final int TIMES = 50;
    private static final int PORT = 6443;
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
    private static final Pattern EVENT =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[0-9:.]{12}Z (INFO |WARN |ERROR|DEBUG) \\S+: .+");

    private static final List<String> NONSENSE =
            List.of(
                    "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                    "\u0016\u0003\u0001\u0000\u00ff" + "\0".repeat(255),
                    "\0".repeat(64),
                    "");

    private static final List<String> REQUESTS =
            List.of(
                    "GET /api/v1/pods HTTP/1.1\r\nHost: x\r\n\r\n",
                    "GET /api/v1/secrets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer guess\r\n\r\n",
                    "POST /api/v1/pods HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                    "GET /%zz HTTP/1.1\r\nHost: x\r\nContent-Length: -7\r\n\r\n",
                    "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
                    "NONSENSE\r\n\r\n");

    private @TempDir Path directory;

    @Test
    void peersWithoutCredentialsCannotMakeThemGrow() throws Exception {
        try (TestCluster cluster = new TestCluster("it-logs", directory)) {
            cluster.up("--nodes=1", "--secure-port=" + PORT).succeeded();
            int before = lines(cluster).size();
            for (int i = 0; i < TIMES; i++) {
                for (String nonsense : NONSENSE) {
                    send(nonsense);
                }
            }
            SSLContext trusting = trusting();
            for (int i = 0; i < TIMES; i++) {
                for (String request : REQUESTS) {
                    sendByTls(trusting, request);
                }
            }
            List<String> lines = lines(cluster);
            assertThat(lines.size() - before)
                    .as(() -> String.join("\n", lines.subList(before, lines.size())))
                    .isLessThan(10); // of 500 peers: they are counted, and told of once a minute
            assertThat(lines).allMatch(line -> EVENT.matcher(line).matches());
        }
    }

    private static void send(String bytes) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(HERE, PORT), 5_000);
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static void sendByTls(SSLContext context, String bytes) throws IOException {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(HERE, PORT)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(new String(socket.getInputStream().readNBytes(9), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 ");
        } catch (SSLException | SocketTimeoutException e) {
            throw new AssertionError("no answer to " + bytes, e);
        }
    }

    private static SSLContext trusting() throws GeneralSecurityException {
        X509TrustManager anybody =
                new X509TrustManager() {
                    @Override
                    public void checkClientTrusted(X509Certificate[] chain, String type) {}

                    @Override
                    public void checkServerTrusted(X509Certificate[] chain, String type) {}

                    @Override
                    public X509Certificate[] getAcceptedIssuers() {
                        return new X509Certificate[0];
                    }
                };
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {anybody}, null);
        return context;
    }

    private static List<String> lines(TestCluster cluster) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(cluster.data().resolve("log"))) {
            for (Path file : files.sorted().toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }
}
