package io.biplane.apiserver;

import static java.lang.System.Logger.Level.INFO;

import io.biplane.api.kind.Kinds;
import io.biplane.api.registry.KindRegistry;
import io.biplane.api.service.ServiceCluster;
import io.biplane.apiserver.allocation.Allocations;
import io.biplane.apiserver.allocation.NodePortRange;
import io.biplane.apiserver.bootstrap.Bootstrap;
import io.biplane.apiserver.config.ApiServerConfig;
import io.biplane.apiserver.exchange.ApiHandler;
import io.biplane.apiserver.http.HttpsServer;
import io.biplane.apiserver.pki.Pki;
import io.biplane.apiserver.registry.Registry;
import io.biplane.apiserver.route.Health;
import io.biplane.apiserver.route.Router;
import io.biplane.apiserver.watch.ChangeLogs;
import io.biplane.apiserver.write.ObjectWriter;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.store.Store;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The Kubernetes API over one store. Listens on sockets that its caller bound, so that they may be
 * in other network namespaces; the store stays the caller's to close.
 */
public final class ApiServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ApiServer.class.getName());

    private final ApiServerConfig config;
    private final List<ServerSocketChannel> listeners;
    private final ChangeLogs logs;
    private final Allocations allocations;
    private final Bootstrap bootstrap;
    private final Router router;
    private @Nullable HttpsServer https;
    private @Nullable Pki pki;

    /**
     * @throws IllegalArgumentException if the configuration has faults; the message names all
     */
    public ApiServer(ApiServerConfig config, Store store, List<ServerSocketChannel> listeners) {
        List<String> faults = config.validate();
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", faults));
        }
        this.config = config;
        this.listeners = List.copyOf(listeners);
        this.logs = new ChangeLogs(store);
        this.allocations =
                new Allocations(
                        store,
                        config.serviceClusterIpRange().getFirst().family(),
                        new NodePortRange(
                                config.serviceNodePortRange(),
                                Map.of(
                                        config.securePort(),
                                        "the API server's own (--secure-port)")));
        KindRegistry kinds = new KindRegistry(Kinds.BUILT_IN);
        ObjectWriter writer =
                new ObjectWriter(
                        store, kinds, cluster(config), allocations.byResource(), config.eventTtl());
        this.bootstrap = new Bootstrap(config, writer);
        this.router =
                new Router(
                        kinds,
                        new Registry(writer, logs),
                        new Health(store, bootstrap::isComplete));
    }

    private static ServiceCluster cluster(ApiServerConfig config) {
        List<IpFamily> families =
                config.serviceClusterIpRange().stream().map(Prefix::family).toList();
        return new ServiceCluster(families, config.dualStackGate());
    }

    /**
     * Opens or makes the certificates, makes the first objects, and serves.
     *
     * @throws IOException if the certificates can be neither read nor made
     */
    public void start() throws IOException {
        long began = System.nanoTime();
        // The first objects need no certificates, and making those takes the longest.
        CompletableFuture<Void> objects =
                CompletableFuture.runAsync(bootstrap::start, Thread::startVirtualThread);
        Pki certificates = Pki.openOrCreate(config.pkiDir(), certificateNames());
        pki = certificates;
        https = new HttpsServer(router, certificates);
        try {
            objects.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
        https.start(listeners);
        LOG.log(
                INFO,
                () ->
                        "API server ready took=%dms"
                                .formatted((System.nanoTime() - began) / 1_000_000));
    }

    /** Every name and address under which clients may know the server. */
    private List<String> certificateNames() {
        List<String> names =
                new ArrayList<>(
                        List.of(
                                "kubernetes",
                                "kubernetes.default",
                                "kubernetes.default.svc",
                                "kubernetes.default.svc.cluster.local",
                                "localhost",
                                "127.0.0.1",
                                "::1"));
        config.advertiseAddresses().stream().map(Addr::toString).forEach(names::add);
        config.serviceClusterIpRange().stream()
                .map(range -> range.at(1).toString())
                .forEach(names::add);
        names.addAll(config.certificateNames());
        return names.stream().distinct().toList();
    }

    /** Answers requests of the same JVM without a socket; the caller says who asks. */
    public ApiHandler handler() {
        return router;
    }

    /**
     * The certificates, for whoever hands them to clients.
     *
     * @throws IllegalStateException before the start
     */
    public Pki pki() {
        if (pki == null) {
            throw new IllegalStateException("the API server was not started");
        }
        return pki;
    }

    /** Ends all streams and closes the sockets; the store stays open. */
    @Override
    public void close() {
        bootstrap.close();
        if (https != null) {
            https.close();
        }
        logs.close();
        allocations.close();
    }
}
