package io.biplane.cli;

import io.biplane.api.Json;
import io.biplane.api.kind.Kinds;
import io.biplane.apiserver.ApiServer;
import io.biplane.apiserver.config.ApiServerConfig;
import io.biplane.apiserver.exchange.User;
import io.biplane.cli.command.ClientConfig;
import io.biplane.cli.controlplane.InProcessTransport;
import io.biplane.client.ApiClient;
import io.biplane.client.HttpsTransport;
import io.biplane.client.ListOptions;
import io.biplane.client.informer.Informers;
import io.biplane.client.kubeconfig.Kubeconfig;
import io.biplane.controllers.ControllerManager;
import io.biplane.controllers.config.ControllerManagerConfig;
import io.biplane.linux.OwnerOnly;
import io.biplane.loop.Await;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.PortRange;
import io.biplane.proxy.ServiceProxy;
import io.biplane.proxy.config.ProxyConfig;
import io.biplane.store.Store;
import io.biplane.store.embedded.EmbeddedStore;

import picocli.CommandLine.Command;

import tools.jackson.databind.node.ObjectNode;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * The training run of the AOT cache: does once what the processes of a cluster do at their start,
 * as far as that needs neither root nor a kernel feature. Everything it makes is in a temporary
 * directory and on a loopback port that the system chooses.
 */
@Command(name = "warm-up", hidden = true)
final class WarmUpCommand implements Callable<Integer> {
    private static final List<Prefix> SERVICES =
            List.of(Prefix.parse("10.96.0.0/16"), Prefix.parse("fd00:10:96::/112"));

    @Override
    public Integer call() throws Exception {
        OwnerOnly.notByDefault(); // the cache is for whoever may read the program
        Path directory = Files.createTempDirectory("biplane-warm-up");
        try {
            run(directory);
            loadTheRest();
        } finally {
            delete(directory);
        }
        return 0;
    }

    /**
     * Loads our other classes, for what needs root or the kernel cannot be run here: the cache has
     * them parsed and verified, and a class that no process uses costs it nothing.
     */
    private static void loadTheRest() throws IOException, ClassNotFoundException {
        ClassLoader loader = WarmUpCommand.class.getClassLoader();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            try (JarFile jar = new JarFile(path)) {
                List<String> names =
                        jar.stream()
                                .map(JarEntry::getName)
                                .filter(name ->
                                        name.startsWith("io/biplane/") && name.endsWith(".class"))
                                .map(name -> name.replace(".class", "").replace('/', '.'))
                                .toList();
                for (String name : names) {
                    Class<?> _ = Class.forName(name, false, loader);
                }
            }
        }
    }

    private static void run(Path directory) throws Exception {
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
        ApiServerConfig config =
                new ApiServerConfig(
                        SERVICES,
                        PortRange.NODE_PORTS,
                        List.of(),
                        port,
                        directory.resolve("pki"),
                        List.of(),
                        true);
        try (Store store = EmbeddedStore.open(directory.resolve("store"));
                ApiServer server = new ApiServer(config, store, List.of(listener))) {
            server.start();
            Path kubeconfig = directory.resolve("admin.conf");
            ClientConfig.write(
                    "warm-up",
                    URI.create("https://127.0.0.1:" + port),
                    server.pki(),
                    server.pki().admin(),
                    kubeconfig);
            ApiClient local =
                    new ApiClient(
                            new InProcessTransport(server.handler(), User.LOOPBACK), "warm-up");
            try (Informers informers = new Informers(local);
                    ControllerManager controllers =
                            new ControllerManager(
                                    ControllerManagerConfig.of(
                                            "10.244.0.0/16,fc00::/24", "10.96.0.0/16"),
                                    local,
                                    informers);
                    HttpsTransport https =
                            new HttpsTransport(Kubeconfig.load(kubeconfig).access())) {
                controllers.start();
                use(new ApiClient(https, "warm-up"));
            }
        }
    }

    /** A node, a deployment and a Service, through a socket, as agents and people would. */
    private static void use(ApiClient client) throws Exception {
        client.raw("/readyz");
        client.raw("/openapi/v3");
        try (Informers informers = new Informers(client);
                ServiceProxy proxy = new ServiceProxy(ProxyConfig.forRanges(SERVICES), informers)) {
            proxy.start();
            informers.start();
            client.create(Kinds.NODES, Json.parseObject(NODE));
            client.create(Kinds.SERVICES, Json.parseObject(SERVICE));
            client.create(Kinds.DEPLOYMENTS, Json.parseObject(DEPLOYMENT));
            // What has not settled by then is not trained, and no worse than that.
            Optional<String> _ =
                    Await.within(Duration.ofSeconds(5))
                            .every(Duration.ofMillis(50))
                            .until(() -> settled(client) ? "" : "not settled");
        }
    }

    /** Whether the controllers have done their part. */
    private static boolean settled(ApiClient client) {
        List<ObjectNode> pods = client.items(Kinds.PODS, "default", ListOptions.ALL);
        List<ObjectNode> slices = client.items(Kinds.ENDPOINT_SLICES, "default", ListOptions.ALL);
        return !pods.isEmpty()
                && !slices.isEmpty()
                && client.get(Kinds.NODES, null, "warm-up").path("spec").has("podCIDRs");
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static final String NODE =
            """
            {"apiVersion":"v1","kind":"Node","metadata":{"name":"warm-up"}}
            """;

    private static final String SERVICE =
            """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"warm-up","namespace":"default"},
             "spec":{"ipFamilyPolicy":"RequireDualStack","selector":{"app":"warm-up"},
                     "ports":[{"port":80,"targetPort":8080}]}}
            """;

    private static final String DEPLOYMENT =
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"warm-up","namespace":"default"},
             "spec":{"replicas":2,"selector":{"matchLabels":{"app":"warm-up"}},
                     "template":{"metadata":{"labels":{"app":"warm-up"}},
                                 "spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":8080}]}]}}}}
            """;
}
