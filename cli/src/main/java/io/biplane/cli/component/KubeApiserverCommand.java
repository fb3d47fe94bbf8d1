package io.biplane.cli.component;

import io.biplane.apiserver.ApiServer;
import io.biplane.apiserver.config.ApiServerConfig;
import io.biplane.apiserver.http.Listeners;
import io.biplane.cli.command.ClientConfig;
import io.biplane.cli.command.CommandFailure;
import io.biplane.cli.command.Opened;
import io.biplane.cli.command.Running;
import io.biplane.linux.OwnerOnly;
import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.Store;
import io.biplane.store.embedded.EmbeddedStore;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** {@code biplane kube-apiserver}: the API over the embedded store. */
@Command(
        name = "kube-apiserver",
        description = {
            "Serves the Kubernetes API from an embedded store, with client certificates of its own authority; writes"
                    + " an administrator's kubeconfig to <data-dir>/admin.conf. Flags are upstream's, and --data-dir:",
            "--data-dir, --service-cluster-ip-range, --service-node-port-range, --secure-port, --bind-address,"
                    + " --advertise-address (one of each family, by commas), --event-ttl, --feature-gates."
        },
        mixinStandardHelpOptions = true)
public final class KubeApiserverCommand implements Callable<Integer> {
    private static final System.Logger LOG = System.getLogger(KubeApiserverCommand.class.getName());

    /** What it keeps in its data directory. */
    private static final Set<String> OURS = Set.of("store", "pki", "admin.conf");

    static final FlagTable FLAGS =
            new FlagTable(
                    "kube-apiserver",
                    Set.of(
                            "data-dir",
                            "service-cluster-ip-range",
                            "service-node-port-range",
                            "secure-port",
                            "bind-address",
                            "advertise-address",
                            "event-ttl",
                            "feature-gates"),
                    Set.of("allow-privileged", "profiling"),
                    Set.of(
                            "allow-privileged",
                            "profiling",
                            "v",
                            "kubelet-preferred-address-types",
                            "runtime-config",
                            "endpoint-reconciler-type"),
                    Map.ofEntries(
                            Map.entry("etcd-servers", "the etcd engine"),
                            Map.entry("etcd-cafile", "the etcd engine"),
                            Map.entry("etcd-certfile", "the etcd engine"),
                            Map.entry("etcd-keyfile", "the etcd engine"),
                            Map.entry("authorization-mode", "RBAC"),
                            Map.entry("anonymous-auth", "the choice of authenticators"),
                            Map.entry("token-auth-file", "the choice of authenticators"),
                            Map.entry("client-ca-file", "certificates from elsewhere"),
                            Map.entry("tls-cert-file", "certificates from elsewhere"),
                            Map.entry("tls-private-key-file", "certificates from elsewhere"),
                            Map.entry("service-account-key-file", "service account tokens"),
                            Map.entry("service-account-signing-key-file", "service account tokens"),
                            Map.entry("service-account-issuer", "service account tokens"),
                            Map.entry(
                                    "enable-admission-plugins", "the choice of admission plug-ins"),
                            Map.entry(
                                    "disable-admission-plugins",
                                    "the choice of admission plug-ins"),
                            Map.entry("kubelet-client-certificate", "exec and logs"),
                            Map.entry("kubelet-client-key", "exec and logs")));

    @Parameters(paramLabel = "<flag>", hidden = true)
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        Map<String, String> flags = FLAGS.read(words);
        List<String> faults = new ArrayList<>();
        Path data = Path.of(flags.getOrDefault("data-dir", "biplane-data")).toAbsolutePath();
        ApiServerConfig config = config(flags, data, faults);
        Addr bindAddress =
                address("bind-address", flags.getOrDefault("bind-address", "0.0.0.0"), faults);
        if (!faults.isEmpty()) {
            throw new CommandFailure(faults);
        }
        FLAGS.warnOfIdle(flags);
        keepPrivate(data);
        Running.untilStopped("kube-apiserver", opened -> start(config, bindAddress, data, opened));
        return 0;
    }

    /**
     * Closes to other users what an earlier version, or a person, has left open. The directory
     * itself only if it holds nothing but ours: somebody may have named a directory like /tmp.
     */
    private static void keepPrivate(Path data) throws IOException {
        OwnerOnly.createDirectories(data);
        int open = 0;
        for (String name : OURS) {
            open += OwnerOnly.tighten(data.resolve(name));
        }
        try (Stream<Path> files = Files.list(data)) {
            if (files.allMatch(file -> OURS.contains(file.getFileName().toString()))) {
                open += OwnerOnly.tighten(data);
            }
        }
        int count = open;
        if (count > 0) {
            LOG.log(
                    Level.WARNING,
                    () ->
                            "%s: %d files and directories were open to other users, and are no longer"
                                    .formatted(data, count));
        }
    }

    private static void start(ApiServerConfig config, Addr bindAddress, Path data, Opened opened)
            throws IOException {
        ServerSocketChannel listener = opened.add(listen(bindAddress, config.securePort()));
        Store store = opened.add(EmbeddedStore.open(data.resolve("store")));
        ApiServer server = opened.add(new ApiServer(config, store, List.of(listener)));
        server.start();
        ClientConfig.write(
                "biplane",
                URI.create("https://127.0.0.1:" + config.securePort()),
                server.pki(),
                server.pki().admin(),
                data.resolve("admin.conf"));
    }

    /** The configuration; every fault of the flags goes to {@code faults}. */
    static ApiServerConfig config(Map<String, String> flags, Path data, List<String> faults) {
        List<Prefix> ranges = List.of();
        PortRange nodePorts = PortRange.NODE_PORTS;
        try {
            ranges =
                    ApiServerConfig.parseServiceRanges(
                            flags.getOrDefault("service-cluster-ip-range", "10.0.0.0/24"));
            nodePorts =
                    flags.containsKey("service-node-port-range")
                            ? PortRange.parse(flags.get("service-node-port-range"))
                            : PortRange.NODE_PORTS;
        } catch (IllegalArgumentException e) {
            faults.add(String.valueOf(e.getMessage()));
        }
        List<Addr> advertised = new ArrayList<>();
        String advertise = flags.getOrDefault("advertise-address", "");
        for (String text : advertise.isEmpty() ? new String[0] : advertise.split(",", -1)) {
            advertised.add(address("advertise-address", text, faults));
        }
        ApiServerConfig config =
                new ApiServerConfig(
                        ranges,
                        nodePorts,
                        advertised,
                        FlagTable.number(flags, "secure-port", 6443, faults),
                        data.resolve("pki"),
                        List.of(),
                        FlagTable.gates(flags, faults).dualStack(),
                        FlagTable.duration(
                                flags, "event-ttl", ApiServerConfig.DEFAULT_EVENT_TTL, faults));
        if (faults.isEmpty()) {
            faults.addAll(config.validate());
        }
        return config;
    }

    private static Addr address(String flag, String text, List<String> faults) {
        try {
            return Addr.parse(text);
        } catch (IllegalArgumentException e) {
            faults.add(
                    "invalid argument \"%s\" for \"--%s\" flag: %s (write --%s=<IP address>)"
                            .formatted(text, flag, e.getMessage(), flag));
            return Addr.parse("0.0.0.0");
        }
    }

    private static ServerSocketChannel listen(Addr address, int port) {
        try {
            // "::" takes both families, as upstream's does.
            return Listeners.open(new InetSocketAddress(address.toInetAddress(), port));
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }
}
