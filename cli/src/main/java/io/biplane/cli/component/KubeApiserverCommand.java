package io.biplane.cli.component;

import io.biplane.apiserver.ApiServer;
import io.biplane.apiserver.ApiServerConfig;
import io.biplane.apiserver.http.Listeners;
import io.biplane.cli.ClientConfig;
import io.biplane.cli.CommandFailure;
import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.Store;
import io.biplane.store.embedded.EmbeddedStore;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

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
        List<ServerSocketChannel> listeners = List.of(listen(bindAddress, config.securePort()));
        try (Store store = EmbeddedStore.open(data.resolve("store"))) {
            ApiServer server = new ApiServer(config, store, listeners);
            Running.untilStopped(
                    "kube-apiserver",
                    FLAGS.idle(flags),
                    () -> {
                        server.start();
                        ClientConfig.write(
                                "biplane",
                                URI.create("https://127.0.0.1:" + config.securePort()),
                                server.pki(),
                                server.pki().admin(),
                                data.resolve("admin.conf"));
                    },
                    server::close);
        }
        return 0;
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
