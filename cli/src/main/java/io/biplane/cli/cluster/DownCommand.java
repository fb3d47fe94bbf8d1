package io.biplane.cli.cluster;

import io.biplane.cli.command.CommandFailure;
import io.biplane.network.fabric.Fabric;
import io.biplane.network.fabric.HostSide;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code biplane down}: takes a cluster away and keeps its data, or deletes that too. */
@Command(
        name = "down",
        description =
                "Ends a cluster's processes and removes its namespaces, links, routes and tables. Its data is"
                        + " kept: up brings the same objects and addresses back.",
        mixinStandardHelpOptions = true)
public final class DownCommand implements Callable<Integer> {
    // Agents go first, so that nothing is repaired while it is taken away.
    private static final List<Component> ORDER =
            List.of(Component.AGENTS, Component.STAND_INS, Component.CONTROL_PLANE);

    @Mixin private ClusterReference cluster = new ClusterReference();

    @Option(
            names = "--delete",
            description = "Delete the cluster's data and its kubeconfig context too.")
    private boolean delete;

    @Override
    public Integer call() throws IOException {
        CallingUser user = CallingUser.current();
        DataDirectory data = cluster.data(user);
        Optional<ClusterSpec> spec = data.readSpec();
        if (spec.isEmpty() && !Fabric.exists(cluster.name())) {
            throw noSuchCluster(cluster.name());
        }
        Steps steps = new Steps(System.out);
        try (ClusterLock _ = ClusterLock.take(data)) {
            takeDown(cluster.name(), data, steps);
            if (delete) {
                spec.ifPresent(known ->
                        steps.run(
                                "kubeconfig: context " + known.name() + " removed",
                                () -> KubeconfigFile.of(known, user).remove(known.name())));
            }
        }
        if (delete) {
            steps.run("data: " + data.root() + " deleted", data::delete);
        }
        return 0;
    }

    /**
     * Ends the processes and removes what the kernel holds of the cluster; the caller has its lock.
     */
    static void takeDown(String name, DataDirectory data, Steps steps) {
        data.setDown(true); // before the first one ends, which the others would start again
        for (Component component : ORDER) {
            if (component.find(data).isPresent()) {
                steps.run(component.id() + ": ended", () -> component.stop(data));
            }
        }
        steps.run("network: removed", () -> Fabric.down(name, HostSide.ofThisProcess()));
    }

    static CommandFailure noSuchCluster(String name) {
        return new CommandFailure(
                "there is no cluster %s here (biplane up --name %s makes it; with --data-dir give that too)"
                        .formatted(name, name));
    }
}
