package io.biplane.cli.cluster;

import io.biplane.cli.command.CommandFailure;
import io.biplane.cli.command.Running;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.ProcessId;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code biplane up}: makes a cluster, or brings one back. */
@Command(
        name = "up",
        description =
                "Brings up a dual-stack cluster on this machine, or what is missing of one, and returns when it is"
                        + " Ready. What runs already is left alone.",
        mixinStandardHelpOptions = true)
public final class UpCommand implements Callable<Integer> {
    @Mixin private ClusterReference cluster = new ClusterReference();
    @Mixin private UpOptions options = new UpOptions();

    @Option(
            names = "--foreground",
            description = "Stay, and take the cluster down (its data kept) on Ctrl-C.")
    private boolean foreground;

    @Override
    public Integer call() throws Exception {
        Preflight.check();
        CallingUser user = CallingUser.current();
        DataDirectory data = cluster.data(user);
        Steps steps = new Steps(System.out);
        ClusterSpec spec;
        data.make(user);
        data.requireSpace();
        try (ClusterLock _ = ClusterLock.take(data)) {
            refuseOtherMounts(data);
            spec = new SpecChoice(cluster.name(), data, options, user).make();
            tighten(data);
            data.writeSpec(spec, user);
            data.setDown(false);
            Restarts.forget(data);
            new Launch(spec, data, user, steps).run();
        } catch (CommandFailure e) {
            data.forgetIfEmpty();
            throw e;
        }
        greet(spec, steps.elapsed());
        sayWhatFits(spec);
        suggest(spec);
        if (foreground) {
            stayUntilStopped(spec, data);
        }
        return 0;
    }

    /** A directory that an earlier version made, or a person, may be open; it holds Secrets. */
    private static void tighten(DataDirectory data) {
        int open = data.tighten();
        if (open > 0) {
            System.out.printf(
                    "  ! data directory %s: %d files and directories were open to other users, and are no longer%n",
                    data.root(), open);
        }
    }

    /** Its namespaces are bound where its processes are; here they would be made a second time. */
    private void refuseOtherMounts(DataDirectory data) {
        for (ProcessId process : Component.running(data)) {
            if (!process.sharesMounts()) {
                throw new CommandFailure(
                        "cluster %s runs in another mount namespace, that of process %d: its network cannot be seen from here (run up there: nsenter --mount --target %d biplane up …; down works from here)"
                                .formatted(cluster.name(), process.pid(), process.pid()));
            }
        }
    }

    private static void greet(ClusterSpec spec, Duration took) {
        System.out.printf(
                Locale.ROOT,
                "Cluster %s is up after %.2f s: %d nodes, pods in %s, services in %s.%n",
                spec.name(),
                took.toNanos() / 1e9,
                spec.nodes(),
                spec.network().pods(),
                spec.network().services());
    }

    private static void sayWhatFits(ClusterSpec spec) {
        MachineLimits machine = MachineLimits.read(spec.network().podNamespacePrefix());
        PodCapacity.Limit lowest = new PodCapacity(spec, machine).lowest();
        System.out.printf(Locale.ROOT, "%d pods fit: %s.%n", lowest.pods(), lowest.by());
    }

    private static void suggest(ClusterSpec spec) {
        boolean dual = spec.network().services().isDual();
        System.out.println("Try, in this terminal:");
        System.out.println(
                "  kubectl create deployment hello --image=registry.k8s.io/e2e-test-images/agnhost:2.53 --replicas=2 --port=8080");
        System.out.println(
                "  kubectl expose deployment hello --port=80 --target-port=8080"
                        + (dual
                                ? " --overrides='{\"spec\":{\"ipFamilyPolicy\":\"RequireDualStack\"}}'"
                                : ""));
        System.out.println(
                "  for ip in $(kubectl get service hello -o jsonpath='{.spec.clusterIPs[*]}'); do"
                        + " case $ip in *:*) ip=[$ip];; esac; curl http://$ip/; done");
    }

    /** Watches the processes, and takes the cluster down at the end. */
    private static void stayUntilStopped(ClusterSpec spec, DataDirectory data) throws Exception {
        System.out.println("Ctrl-C takes the cluster down; its data is kept.");
        try (NetworkNamespace host = NetworkNamespace.current();
                NetworkNamespace fabric = NetworkNamespace.open(spec.network().fabricNamespace())) {
            ComponentStarter starter = new ComponentStarter(data, fabric, host);
            Running.untilStopped(
                    "up",
                    Running.NO_LIMIT,
                    opened -> {
                        opened.add(() -> {
                            try (ClusterLock _ = ClusterLock.take(data)) {
                                DownCommand.takeDown(spec.name(), data, new Steps(System.out));
                            }
                        });
                        opened.add(new Supervisor(data, Optional.empty(), starter)).start();
                    });
        }
    }
}
