package io.biplane.cli.component;

import io.biplane.cli.command.CommandFailure;
import io.biplane.cli.command.Running;
import io.biplane.client.ApiClient;
import io.biplane.client.HttpsTransport;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Informers;
import io.biplane.client.kubeconfig.Kubeconfig;
import io.biplane.controllers.scheduler.Scheduler;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/** {@code biplane kube-scheduler}: binds pods to nodes, for any API server. */
@Command(
        name = "kube-scheduler",
        description = {
            "Binds pods to nodes, against the API server of a kubeconfig. Flags are upstream's:",
            "--kubeconfig, --feature-gates."
        },
        mixinStandardHelpOptions = true)
public final class KubeSchedulerCommand implements Callable<Integer> {
    static final FlagTable FLAGS =
            new FlagTable(
                    "kube-scheduler",
                    Set.of("kubeconfig", "feature-gates"),
                    Set.of("leader-elect", "profiling"),
                    Set.of(
                            "v",
                            "profiling",
                            "bind-address",
                            "secure-port",
                            "authentication-kubeconfig",
                            "authorization-kubeconfig"),
                    Map.of(
                            "leader-elect", "leader election",
                            "config", "scheduler profiles"));

    @Parameters(paramLabel = "<flag>", hidden = true)
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        Map<String, String> flags = FLAGS.read(words);
        List<String> faults = new ArrayList<>();
        FlagTable.gates(flags, faults); // of no interest here, but a wrong one is a fault
        if (!flags.containsKey("kubeconfig")) {
            faults.add(
                    "--kubeconfig is missing: it says which API server to work with (give --kubeconfig=<file>)");
        }
        if (!faults.isEmpty()) {
            throw new CommandFailure(faults);
        }
        Kubeconfig kubeconfig = Kubeconfig.load(Path.of(flags.get("kubeconfig")));
        FLAGS.warnOfIdle(flags);
        Running.untilStopped(
                "kube-scheduler",
                opened -> {
                    HttpsTransport transport = opened.add(new HttpsTransport(kubeconfig.access()));
                    ApiClient client = new ApiClient(transport, "kube-scheduler");
                    Informers informers = opened.add(new Informers(client));
                    EventRecorder events = opened.add(new EventRecorder(client, "kube-scheduler"));
                    opened.add(new Scheduler(client, informers, events)).start();
                    informers.start();
                });
        return 0;
    }
}
