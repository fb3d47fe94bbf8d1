package io.biplane.cli.cluster;

import io.biplane.cli.CommandFailure;
import io.biplane.client.ApiClient;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.ProcessId;
import io.biplane.network.fabric.Fabric;
import io.biplane.network.fabric.HostSide;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The steps of {@code up}, once it is known what cluster is wanted. */
final class Launch {
    private final ClusterSpec spec;
    private final DataDirectory data;
    private final CallingUser user;
    private final Steps steps;

    Launch(ClusterSpec spec, DataDirectory data, CallingUser user, Steps steps) {
        this.spec = spec;
        this.data = data;
        this.user = user;
        this.steps = steps;
    }

    void run() {
        steps.run(
                "fabric: a bridge, %d nodes, outside, link %s on the host"
                        .formatted(spec.nodes(), spec.network().hostLink()),
                this::network);
        try (NetworkNamespace fabric = NetworkNamespace.open(spec.network().fabricNamespace())) {
            // All three start at once; each waits for what it needs of the others.
            long began = System.nanoTime();
            String said = processes(fabric);
            steps.done("processes: " + said, Duration.ofNanos(System.nanoTime() - began));
        }
        Readiness readiness = new Readiness(spec, data);
        try (var access =
                steps.step(
                        "API server: https://127.0.0.1:" + spec.securePort(),
                        readiness::apiServer)) {
            ApiClient client = access.client();
            steps.run(
                    "nodes: %d Ready, each with IPv4 and IPv6".formatted(spec.nodes()),
                    () -> readiness.nodes(client));
        }
        steps.run(
                "kubeconfig: context %s in %s".formatted(spec.name(), spec.kubeconfig()),
                () -> kubeconfig(readiness));
    }

    /**
     * What an earlier run has left where this mount namespace does not have it is removed first.
     */
    private void network() {
        HostSide host = HostSide.ofThisProcess();
        if (Component.running(data).isEmpty() && Fabric.isElsewhere(spec.name(), host)) {
            Fabric.down(spec.name(), host);
        }
        new Fabric(spec.network(), host).up(spec.nodes());
    }

    /** Starts what does not run, and says what was done. */
    private String processes(NetworkNamespace fabric) {
        String host = "/proc/%d/ns/net".formatted(ProcessHandle.current().pid());
        StringBuilder said = new StringBuilder();
        for (Component component : Component.values()) {
            boolean outgrown = component == Component.AGENTS && data.agentNodes() < spec.nodes();
            if (outgrown && component.find(data).isPresent()) {
                component.stop(data); // its pods stay as they are, and are adopted
            }
            Optional<ProcessId> running = component.find(data);
            List<String> arguments = new ArrayList<>(List.of("--data-dir", data.root().toString()));
            if (component == Component.CONTROL_PLANE) {
                arguments.addAll(List.of("--host-netns", host));
            }
            if (running.isEmpty()) {
                start(component, fabric, arguments);
            }
            said.append(said.isEmpty() ? "" : ", ")
                    .append(component.id())
                    .append(running.isEmpty() ? " started" : " runs");
        }
        return said.toString();
    }

    private void start(Component component, NetworkNamespace fabric, List<String> arguments) {
        try {
            component.start(data, fabric, arguments);
        } catch (IOException e) {
            throw new CommandFailure(
                    "starting the %s failed: %s (the data directory %s must be writable and the disk not full)"
                            .formatted(component.id(), e.getMessage(), data.root()),
                    e);
        }
    }

    private void kubeconfig(Readiness readiness) {
        readiness.adminConfig();
        try {
            KubeconfigFile.of(spec, user).merge(data);
            user.own(data.root());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
