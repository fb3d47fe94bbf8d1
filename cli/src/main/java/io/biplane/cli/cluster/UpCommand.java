package io.biplane.cli.cluster;

import io.biplane.cli.CommandFailure;
import io.biplane.linux.ProcessId;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

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
        data.requireSpace();
        try (FileChannel _ = data.lock()) {
            refuseOtherMounts(data);
            spec = new SpecChoice(cluster.name(), data, options, user).make();
            data.writeSpec(spec, user);
            new Launch(spec, data, user, steps).run();
        } catch (CommandFailure e) {
            data.forgetIfEmpty();
            throw e;
        }
        greet(spec, steps.elapsed());
        if (foreground) {
            stayUntilInterrupted(spec, data);
        }
        return 0;
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

    private void stayUntilInterrupted(ClusterSpec spec, DataDirectory data)
            throws InterruptedException {
        System.out.println("Ctrl-C takes the cluster down; its data is kept.");
        CountDownLatch interrupted = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    DownCommand.takeDown(spec.name(), data, new Steps(System.out));
                                    interrupted.countDown();
                                },
                                "down"));
        interrupted.await();
    }
}
