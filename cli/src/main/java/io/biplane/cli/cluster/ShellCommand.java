package io.biplane.cli.cluster;

import io.biplane.cli.command.CommandFailure;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.OwnerOnly;
import io.biplane.linux.ProcessImage;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.pod.PodId;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code biplane shell}: this terminal, inside a node's or a pod's network namespace. */
@Command(
        name = "shell",
        description =
                "A shell in the network namespace of a node or a pod; the file system stays the host's.",
        mixinStandardHelpOptions = true)
public final class ShellCommand implements Callable<Integer> {
    @Mixin private ClusterReference cluster = new ClusterReference();

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "<namespace>",
            defaultValue = "default",
            description = "The pod's namespace (default: ${DEFAULT-VALUE}).")
    private String namespace = "default";

    @Parameters(
            index = "0",
            paramLabel = "<node|pod>",
            description = "A node's or a pod's name, or \"outside\" or \"fabric\".")
    private String target = "";

    @Parameters(
            index = "1..*",
            paramLabel = "<command>",
            description = "What to run instead of a shell.")
    private List<String> command = new ArrayList<>();

    @Override
    public Integer call() {
        ClusterSpec spec = cluster.requireSpec();
        String name = namespaceOf(spec.network());
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("BIPLANE_NETNS", name);
        List<String> words = command.isEmpty() ? List.of(shell(environment)) : command;
        OwnerOnly.notByDefault();
        try (NetworkNamespace netns = NetworkNamespace.open(name)) {
            ProcessImage.replace(netns, "/usr/bin/env", concat("env", words), environment);
        }
        return 0;
    }

    private static String shell(Map<String, String> environment) {
        return environment.getOrDefault("SHELL", "/bin/sh");
    }

    private static List<String> concat(String first, List<String> rest) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(rest);
        return all;
    }

    private String namespaceOf(ClusterNetwork network) {
        List<String> candidates =
                List.of(
                        network.nodeNamespace(target),
                        new PodId(namespace, target, "").netns(network.podNamespacePrefix()),
                        network.name() + "-" + target);
        return candidates.stream()
                .filter(NetworkNamespace::exists)
                .findFirst()
                .orElseThrow(() ->
                        new CommandFailure(
                                "neither a node nor a pod of namespace %s is called \"%s\" in cluster %s (biplane status names the nodes, kubectl get pods -A the pods; -n gives the pod's namespace)"
                                        .formatted(namespace, target, network.name())));
    }
}
