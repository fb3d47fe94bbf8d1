package io.biplane.cli.controlplane;

import io.biplane.api.Json;
import io.biplane.cli.cluster.Supervisor;
import io.biplane.cli.cluster.Supervisor.Restart;
import io.biplane.client.event.EventRecorder;
import io.biplane.loop.Loop;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;

/** Restarts of a cluster's processes as events: about kube-system, in namespace default. */
final class RestartEvents {
    private RestartEvents() {}

    /** Records every restart from now on, on a thread that ends with the process. */
    static void start(Supervisor supervisor, EventRecorder events) {
        ObjectNode about = Json.object().put("apiVersion", "v1").put("kind", "Namespace");
        about.putObject("metadata").put("name", "kube-system");
        Loop.platform("restart-events")
                .every(Duration.ZERO)
                .run(() ->
                        events.warning(about, "ProcessRestarted", text(supervisor.takeRestart())))
                .start();
    }

    private static String text(Restart restart) {
        return "Biplane's process %s had ended; it was started again as process %d"
                .formatted(restart.component(), restart.process().pid());
    }
}
