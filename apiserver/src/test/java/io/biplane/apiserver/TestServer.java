package io.biplane.apiserver;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.apiserver.config.ApiServerConfig;
import io.biplane.apiserver.exchange.Query;
import io.biplane.apiserver.exchange.Request;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.exchange.User;
import io.biplane.apiserver.http.Listeners;
import io.biplane.apiserver.pki.Credentials;
import io.biplane.apiserver.pki.Pki;
import io.biplane.netip.Addr;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.Store;
import io.biplane.store.memory.MemoryStore;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An API server over a store of its own, in memory usually, on a free port of loopback. */
public final class TestServer implements AutoCloseable {
    private final Store store;
    private final ApiServer server;
    private final Path directory;
    private final int port;

    public TestServer(Path directory) throws IOException {
        this(directory, "10.96.0.0/16,fd00:10:96::/112");
    }

    public TestServer(Path directory, String serviceRanges) throws IOException {
        this(directory, serviceRanges, ApiServerConfig.DEFAULT_EVENT_TTL);
    }

    public TestServer(Path directory, String serviceRanges, Duration eventTtl) throws IOException {
        this(directory, serviceRanges, eventTtl, new MemoryStore());
    }

    /**
     * @param store closed with the server
     */
    public TestServer(Path directory, String serviceRanges, Store store) throws IOException {
        this(directory, serviceRanges, ApiServerConfig.DEFAULT_EVENT_TTL, store);
    }

    private TestServer(Path directory, String serviceRanges, Duration eventTtl, Store store)
            throws IOException {
        this.directory = directory;
        this.store = store;
        ServerSocketChannel listener =
                Listeners.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        this.port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
        List<Addr> advertised =
                ApiServerConfig.parseServiceRanges(serviceRanges).stream()
                        .map(r ->
                                Addr.parse(
                                        r.toString().contains(":") ? "fd00:172::1" : "172.30.0.1"))
                        .toList();
        this.server =
                new ApiServer(
                        config(serviceRanges, advertised, port).withEventTtl(eventTtl),
                        store,
                        List.of(listener));
        server.start();
    }

    private ApiServerConfig config(String ranges, List<Addr> advertised, int securePort) {
        return new ApiServerConfig(
                ApiServerConfig.parseServiceRanges(ranges),
                PortRange.NODE_PORTS,
                advertised,
                securePort,
                directory.resolve("pki"),
                List.of(),
                true);
    }

    public Store store() {
        return store;
    }

    public String url() {
        return "https://127.0.0.1:" + port;
    }

    /** Sends JSON as the administrator, without a socket. */
    public Response send(String method, String pathAndQuery, String contentType, String body) {
        int mark = pathAndQuery.indexOf('?');
        return server.handler()
                .handle(
                        new Request(
                                method,
                                mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark),
                                Query.parse(mark < 0 ? "" : pathAndQuery.substring(mark + 1)),
                                Map.of("content-type", contentType, "accept", "application/json"),
                                body.getBytes(StandardCharsets.UTF_8),
                                User.LOOPBACK));
    }

    /** Sends JSON and returns the answer's JSON, whatever its code. */
    public ObjectNode json(String method, String path, String body) {
        return json(method, path, "application/json", body);
    }

    public ObjectNode json(String method, String path, String contentType, String body) {
        Response response = send(method, path, contentType, body);
        return Json.parseObject(((Response.Full) response).body());
    }

    public ObjectNode get(String path) {
        return json("GET", path, "");
    }

    public int code(String method, String path, String body) {
        return send(method, path, "application/json", body).code();
    }

    /** What the administrator's connections are made with. */
    public SSLContext sslContext() throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        Credentials admin = server.pki().admin();
        keys.setKeyEntry(
                "admin", admin.key(), new char[0], new Certificate[] {admin.certificate()});
        keys.setCertificateEntry("authority", server.pki().authority().certificate());
        KeyManagerFactory own =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, new char[0]);
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    /** A kubeconfig for the administrator. */
    public Path kubeconfig() throws IOException {
        Pki pki = server.pki();
        String text =
                """
                apiVersion: v1
                kind: Config
                current-context: test
                clusters:
                - name: test
                  cluster: {server: "%s", certificate-authority-data: %s}
                users:
                - name: admin
                  user: {client-certificate-data: %s, client-key-data: %s}
                contexts:
                - name: test
                  context: {cluster: test, user: admin}
                """
                        .formatted(
                                url(),
                                base64(pki.authority().certificatePem()),
                                base64(pki.admin().certificatePem()),
                                base64(pki.admin().keyPem()));
        return Files.writeString(directory.resolve("kubeconfig"), text);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The text of a field of an object. */
    public static String text(JsonNode object, String... path) {
        return Fields.at(object, path).asString("");
    }

    @Override
    public void close() {
        server.close();
        store.close();
    }
}
