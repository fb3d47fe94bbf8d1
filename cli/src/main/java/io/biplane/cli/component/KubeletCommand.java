package io.biplane.cli.component;

import io.biplane.cli.command.CommandFailure;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * {@code biplane kubelet}: the flags of a node agent on a machine of its own. Running one there
 * needs a container runtime; inside {@code up} the node agents run without.
 */
@Command(
        name = "kubelet",
        description = {
            "Reads a kubelet's flags and says what is wrong with them. Running a node on a machine of its own comes"
                    + " with the container runtime (CRI); biplane up runs node agents today. Flags are upstream's:",
            "--kubeconfig, --feature-gates, --node-ip, --hostname-override, --cluster-dns, --pod-cidr."
        },
        mixinStandardHelpOptions = true)
public final class KubeletCommand implements Callable<Integer> {
    static final FlagTable FLAGS =
            new FlagTable(
                    "kubelet",
                    Set.of(
                            "kubeconfig",
                            "feature-gates",
                            "node-ip",
                            "hostname-override",
                            "cluster-dns",
                            "pod-cidr"),
                    Set.of("make-iptables-util-chains"),
                    Set.of(
                            "v",
                            "address",
                            "healthz-bind-address",
                            "iptables-masquerade-bit",
                            "iptables-drop-bit",
                            "make-iptables-util-chains"),
                    Map.of(
                            "config", "the kubelet's configuration file",
                            "container-runtime", "the container runtime (CRI)",
                            "container-runtime-endpoint", "the container runtime (CRI)",
                            "network-plugin", "network plug-ins (CNI)",
                            "cni-bin-dir", "network plug-ins (CNI)",
                            "cni-conf-dir", "network plug-ins (CNI)",
                            "cloud-provider", "cloud providers",
                            "non-masquerade-cidr", "the masquerade agent's configuration"));

    @Parameters(paramLabel = "<flag>", hidden = true)
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() {
        Map<String, String> flags = FLAGS.read(words);
        List<String> faults = new ArrayList<>();
        FeatureGates gates = FlagTable.gates(flags, faults);
        faults.addAll(NodeIps.faults(flags.getOrDefault("node-ip", ""), gates));
        if (faults.isEmpty()) {
            faults.add(
                    "kubelet on a machine of its own is not built yet: it comes with the container runtime (CRI); the flags are right (biplane up runs node agents on this machine)");
        }
        throw new CommandFailure(faults);
    }
}
