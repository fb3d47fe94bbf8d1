package io.biplane.bench;

import io.biplane.apiserver.ApiServer;
import io.biplane.apiserver.config.ApiServerConfig;
import io.biplane.apiserver.http.Listeners;
import io.biplane.apiserver.pki.Credentials;
import io.biplane.netip.Addr;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.embedded.EmbeddedStore;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The API server over the embedded store with fsync, HTTPS on loopback, clients in the same JVM:
 * Services created per second, a list of 10,000, 100 watchers of 1,000 changes.
 */
public final class ApiServerBench {
    private static final String SERVICES = "/api/v1/namespaces/default/services";
    private static final int WATCHERS = 100;
    private static final int CHANGES = 1_000;

    private final String url;
    private final HttpClient client;

    private ApiServerBench(String url, HttpClient client) {
        this.url = url;
        this.client = client;
    }

    /** Takes the directory for the store; a fresh one below the temporary directory by default. */
    public static void main(String[] args) throws Exception {
        Path directory =
                args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("apiserver-bench");
        long began = System.nanoTime();
        ServerSocketChannel listener =
                Listeners.open(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
        ApiServerConfig config =
                new ApiServerConfig(
                        ApiServerConfig.parseServiceRanges("10.96.0.0/12,fd00:10:96::/108"),
                        PortRange.NODE_PORTS,
                        List.of(Addr.parse("172.30.0.1")),
                        port,
                        directory.resolve("pki"),
                        List.of(),
                        true);
        try (EmbeddedStore store = EmbeddedStore.open(directory.resolve("store"));
                ApiServer server = new ApiServer(config, store, List.of(listener))) {
            server.start();
            System.out.printf("start %d ms%n", (System.nanoTime() - began) / 1_000_000);
            try (HttpClient client = client(server)) {
                new ApiServerBench("https://127.0.0.1:" + port, client).run();
            }
        }
    }

    private void run() throws Exception {
        create("warm", 8, 1_000, "SingleStack");
        for (int clients : new int[] {1, 16, 64}) {
            create("one-" + clients, clients, 1_500, "SingleStack");
            create("two-" + clients, clients, 1_500, "RequireDualStack");
        }
        list();
        watch();
    }

    private void create(String name, int clients, int count, String policy) throws Exception {
        AtomicInteger next = new AtomicInteger();
        long[] nanos = new long[count];
        long began = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            threads.add(
                    Thread.startVirtualThread(() -> {
                        for (int n = next.getAndIncrement();
                                n < count;
                                n = next.getAndIncrement()) {
                            long from = System.nanoTime();
                            expect(201, "POST", SERVICES, service(name + "-" + n, policy));
                            nanos[n] = System.nanoTime() - from;
                        }
                    }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        Arrays.sort(nanos);
        System.out.printf(
                "create %-8s clients=%d %.0f/s p50=%.1f ms p99=%.1f ms%n",
                policy,
                clients,
                count / seconds,
                nanos[count / 2] / 1e6,
                nanos[count * 99 / 100] / 1e6);
    }

    private static String service(String name, String policy) {
        return """
        {"metadata":{"name":"s-%s"},"spec":{"ipFamilyPolicy":"%s","selector":{"app":"a"},\
        "ports":[{"port":80,"targetPort":9376}]}}\
        """
                .formatted(name, policy);
    }

    private byte[] expect(int code, String method, String path, String body) {
        try {
            HttpResponse<byte[]> response =
                    client.send(
                            HttpRequest.newBuilder(URI.create(url + path))
                                    .header("Content-Type", contentType(method))
                                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != code) {
                throw new IllegalStateException(
                        "%s %s: %d %s"
                                .formatted(
                                        method,
                                        path,
                                        response.statusCode(),
                                        new String(response.body(), StandardCharsets.UTF_8)));
            }
            return response.body();
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static String contentType(String method) {
        return method.equals("PATCH") ? "application/merge-patch+json" : "application/json";
    }

    /** All that {@link #run} has created: 10,000. */
    private void list() {
        for (int i = 0; i < 5; i++) {
            long from = System.nanoTime();
            byte[] body = expect(200, "GET", SERVICES, "");
            System.out.printf(
                    "list %.2f MB %.0f ms%n", body.length / 1e6, (System.nanoTime() - from) / 1e6);
        }
    }

    private void watch() throws Exception {
        CountDownLatch done = new CountDownLatch(WATCHERS);
        AtomicLong events = new AtomicLong();
        for (int i = 0; i < WATCHERS; i++) {
            HttpRequest request =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            url
                                                    + "/api/v1/namespaces/kube-public/configmaps"
                                                    + "?watch=true"))
                            .build();
            Stream<String> lines = client.send(request, HttpResponse.BodyHandlers.ofLines()).body();
            Thread.startVirtualThread(() -> {
                lines.peek(_ -> events.incrementAndGet()).limit(CHANGES).forEach(_ -> {});
                done.countDown();
            });
        }
        String maps = "/api/v1/namespaces/kube-public/configmaps";
        long began = System.nanoTime();
        expect(201, "POST", maps, "{\"metadata\":{\"name\":\"m\"},\"data\":{\"n\":\"0\"}}");
        for (int i = 1; i < CHANGES; i++) {
            expect(200, "PATCH", maps + "/m", "{\"data\":{\"n\":\"" + i + "\"}}");
        }
        done.await();
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf(
                "watch watchers=%d changes=%d %.0f events/s%n",
                WATCHERS, CHANGES, events.get() / seconds);
    }

    private static HttpClient client(ApiServer server)
            throws GeneralSecurityException, IOException {
        char[] password = new char[0];
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, password);
        Credentials admin = server.pki().admin();
        own.setKeyEntry("admin", admin.key(), password, new Certificate[] {admin.certificate()});
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, password);
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, password);
        authorities.setCertificateEntry("ca", server.pki().authority().certificate());
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(authorities);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }
}
