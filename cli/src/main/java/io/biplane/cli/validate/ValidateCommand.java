package io.biplane.cli.validate;

import io.biplane.cli.cluster.ClusterReference;
import io.biplane.cli.cluster.ClusterSpec;
import io.biplane.cli.cluster.InsideFabric;
import io.biplane.cli.command.CommandFailure;
import io.biplane.client.ApiClient;
import io.biplane.client.HttpsTransport;
import io.biplane.client.ServerAccess;
import io.biplane.client.kubeconfig.Kubeconfig;
import io.biplane.linux.NetworkNamespace;
import io.biplane.network.fabric.HostSide;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** {@code biplane validate}: the page "Validate IPv4/IPv6 dual-stack", and real connections. */
@Command(
        name = "validate",
        description = {
            "Walks through Kubernetes' page \"Validate IPv4/IPv6 dual-stack\", in v1.16's form and today's, then"
                    + " makes real connections to every Service and compares the kernel with what it should hold.",
            "With --kubeconfig it looks at any cluster by its API; connections and kernel need a Biplane cluster"
                    + " on this machine.",
            "Exit codes: 0 all well, 1 some fault, 3 no fault, but steps that are not built yet (exec,"
                    + " LoadBalancer) were not skipped."
        },
        mixinStandardHelpOptions = true)
public final class ValidateCommand implements Callable<Integer> {
    enum Format {
        TEXT,
        JSON
    }

    @Spec private @Nullable CommandSpec commandSpec;

    @Mixin private ClusterReference cluster = new ClusterReference();

    @Option(
            names = "--kubeconfig",
            paramLabel = "<file>",
            description = "Look at the cluster of this kubeconfig (default: that of --name).")
    private @Nullable Path kubeconfig;

    @Option(
            names = "--context",
            paramLabel = "<context>",
            description = "The context in the kubeconfig (default: its current one).")
    private @Nullable String context;

    @Option(
            names = "--skip",
            paramLabel = "<step>",
            split = ",",
            description = "Steps to leave out, such as downward-api,etc-hosts.")
    private Set<String> skip = Set.of();

    @Option(
            names = "--only",
            paramLabel = "<step>",
            split = ",",
            description = "Leave out all other steps.")
    private Set<String> only = Set.of();

    @Option(
            names = "--as-is",
            description =
                    "Make no objects: look at the Services and from the pods that are there. Steps that make some are left out.")
    private boolean asIs;

    @Option(
            names = InsideFabric.HOST_NAMESPACE,
            hidden = true,
            description = "Set by the command itself when it goes on inside the fabric.")
    private @Nullable Path hostNamespace;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            defaultValue = "text",
            description = "How to print the findings (default: ${DEFAULT-VALUE}).")
    private Format format = Format.TEXT;

    @Override
    public Integer call() {
        Optional<ClusterSpec> local =
                kubeconfig == null ? Optional.of(cluster.requireSpec()) : Optional.empty();
        if (hostNamespace == null) {
            local.ifPresent(spec -> InsideFabric.goOnThereIfHostLacksIpv6(spec.network(), words()));
        }
        List<Step> steps = steps(local);
        refuseUnknownSteps(steps);
        Report report = new Report();
        try (HttpsTransport transport = new HttpsTransport(access());
                Playground playground = playground(new ApiClient(transport, "biplane-validate"))) {
            for (Step step : steps) {
                if (only.isEmpty() || only.contains(step.id())) {
                    report.add(
                            leftOut(step)
                                    .map(why ->
                                            List.of(
                                                    Finding.skipped(
                                                            step.id(), step.description(), why)))
                                    .orElseGet(() -> step.look().at(playground)));
                }
            }
        } catch (UncheckedIOException e) {
            throw new CommandFailure(
                    "the API server cannot be reached: %s (biplane status shows whether it runs)"
                            .formatted(e.getMessage()),
                    e);
        }
        System.out.println(format == Format.JSON ? report.toJson() : report.toText());
        return report.exitCode();
    }

    private Playground playground(ApiClient client) {
        return asIs ? Playground.asIs(client) : Playground.open(client);
    }

    private Optional<String> leftOut(Step step) {
        if (skip.contains(step.id())) {
            return Optional.of("--skip");
        }
        return asIs && step.makesObjects()
                ? Optional.of("--as-is makes no objects")
                : Optional.empty();
    }

    /** This very command line. */
    private List<String> words() {
        return Objects.requireNonNull(commandSpec)
                .commandLine()
                .getParent()
                .getParseResult()
                .originalArgs();
    }

    private ServerAccess access() {
        Path file =
                kubeconfig != null
                        ? kubeconfig
                        : hostNamespace != null ? cluster.agentsConfig() : cluster.adminConfig();
        Kubeconfig config = Kubeconfig.load(file);
        return context == null ? config.access() : config.access(context);
    }

    private HostSide host() {
        return hostNamespace == null ? HostSide.ofThisProcess() : HostSide.of(hostNamespace);
    }

    private List<Step> steps(Optional<ClusterSpec> spec) {
        List<Step> steps =
                new ArrayList<>(
                        List.of(
                                NodeAndPodSteps.NODE_CIDRS,
                                NodeAndPodSteps.NODE_ADDRESSES,
                                NodeAndPodSteps.POD_IPS,
                                NodeAndPodSteps.DOWNWARD_API,
                                NodeAndPodSteps.ETC_HOSTS));
        steps.addAll(ServiceSteps.ALL);
        if (spec.isPresent() && NetworkNamespace.exists(spec.get().network().fabricNamespace())) {
            LocalCluster local = new LocalCluster(spec.get().network(), host());
            steps.addAll(new ConnectionSteps(local).all());
            steps.add(new KernelStep(local).step());
        } else {
            steps.add(
                    new Step(
                            "connections",
                            "real connections and the kernel's state",
                            false,
                            _ ->
                                    List.of(
                                            Finding.skipped(
                                                    "connections",
                                                    "every Service from pods, nodes, host, outside",
                                                    "the cluster's nodes are not namespaces of this machine"))));
        }
        return steps;
    }

    private void refuseUnknownSteps(List<Step> steps) {
        List<String> known = steps.stream().map(Step::id).toList();
        List<String> unknown =
                Stream.concat(skip.stream(), only.stream())
                        .filter(id -> !known.contains(id))
                        .sorted()
                        .toList();
        if (!unknown.isEmpty()) {
            throw new CommandFailure(
                    "--skip or --only=%s: there is no such step (the steps are %s)"
                            .formatted(String.join(",", unknown), String.join(", ", known)));
        }
    }
}
