package io.biplane.cli.component;

import io.biplane.cli.command.CommandFailure;
import io.biplane.cli.command.Running;
import io.biplane.client.ApiClient;
import io.biplane.client.HttpsTransport;
import io.biplane.client.informer.Informers;
import io.biplane.client.kubeconfig.Kubeconfig;
import io.biplane.controllers.ControllerManager;
import io.biplane.controllers.config.ControllerManagerConfig;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * {@code biplane kube-controller-manager}: node IPAM and the other controllers against any API
 * server.
 */
@Command(
        name = "kube-controller-manager",
        description = {
            "Runs Biplane's controllers, among them node IPAM for two cluster CIDRs, against the API server of a"
                    + " kubeconfig. Flags are upstream's:",
            "--kubeconfig, --feature-gates, --cluster-cidr, --service-cluster-ip-range, --allocate-node-cidrs"
                    + " (true once there is a --cluster-cidr), --node-cidr-mask-size, --node-cidr-mask-size-ipv4,"
                    + " --node-cidr-mask-size-ipv6, --max-endpoints-per-slice."
        },
        mixinStandardHelpOptions = true)
public final class KubeControllerManagerCommand implements Callable<Integer> {
    static final FlagTable FLAGS =
            new FlagTable(
                    "kube-controller-manager",
                    Set.of(
                            "kubeconfig",
                            "feature-gates",
                            "cluster-cidr",
                            "service-cluster-ip-range",
                            "allocate-node-cidrs",
                            "node-cidr-mask-size",
                            "node-cidr-mask-size-ipv4",
                            "node-cidr-mask-size-ipv6",
                            "max-endpoints-per-slice"),
                    Set.of("allocate-node-cidrs", "leader-elect", "profiling"),
                    Set.of(
                            "v",
                            "profiling",
                            "bind-address",
                            "secure-port",
                            "authentication-kubeconfig",
                            "authorization-kubeconfig",
                            "client-ca-file",
                            "root-ca-file",
                            "requestheader-client-ca-file",
                            "cluster-name",
                            "use-service-account-credentials",
                            "kube-api-qps",
                            "kube-api-burst"),
                    Map.of(
                            "leader-elect", "leader election",
                            "controllers", "the choice of controllers",
                            "cloud-provider", "cloud routes",
                            "configure-cloud-routes", "cloud routes",
                            "cidr-allocator-type", "other allocators than RangeAllocator",
                            "service-account-private-key-file", "service account tokens",
                            "cluster-signing-cert-file", "certificate signing",
                            "cluster-signing-key-file", "certificate signing"));

    @Parameters(paramLabel = "<flag>", hidden = true)
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        Map<String, String> flags = FLAGS.read(words);
        ControllerManagerConfig config = config(flags);
        String kubeconfig = flags.get("kubeconfig");
        if (kubeconfig == null) {
            throw new CommandFailure(
                    "--kubeconfig is missing: it says which API server to work with (give --kubeconfig=<file>)");
        }
        Kubeconfig access = Kubeconfig.load(Path.of(kubeconfig));
        FLAGS.warnOfIdle(flags);
        Running.untilStopped(
                "kube-controller-manager",
                opened -> {
                    HttpsTransport transport = opened.add(new HttpsTransport(access.access()));
                    ApiClient client = new ApiClient(transport, "kube-controller-manager");
                    Informers informers = opened.add(new Informers(client));
                    opened.add(new ControllerManager(config, client, informers)).start();
                });
        return 0;
    }

    /** All faults of the flags at once, or the configuration. */
    static ControllerManagerConfig config(Map<String, String> flags) {
        List<String> faults = new ArrayList<>();
        String clusterCidr = flags.getOrDefault("cluster-cidr", "");
        ControllerManagerConfig config =
                new ControllerManagerConfig(
                        Boolean.parseBoolean(
                                flags.getOrDefault(
                                        "allocate-node-cidrs",
                                        Boolean.toString(!clusterCidr.isEmpty()))),
                        clusterCidr,
                        flags.getOrDefault("service-cluster-ip-range", ""),
                        FlagTable.number(flags, "node-cidr-mask-size", 0, faults),
                        FlagTable.number(flags, "node-cidr-mask-size-ipv4", 0, faults),
                        FlagTable.number(flags, "node-cidr-mask-size-ipv6", 0, faults),
                        FlagTable.gates(flags, faults).dualStack(),
                        FlagTable.number(
                                flags,
                                "max-endpoints-per-slice",
                                ControllerManagerConfig.DEFAULT_ENDPOINTS_PER_SLICE,
                                faults));
        faults.addAll(config.validate());
        if (!faults.isEmpty()) {
            throw new CommandFailure(faults);
        }
        return config;
    }
}
