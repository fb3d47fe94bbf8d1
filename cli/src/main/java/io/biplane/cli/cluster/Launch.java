package io.biplane.cli.cluster;

import io.biplane.cli.command.CommandFailure;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.ProcessId;
import io.biplane.network.fabric.Fabric;
import io.biplane.network.fabric.HostSide;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The steps of {@code up}, once it is known what cluster is wanted. */
final class Launch {
    private final ClusterSpec spec;
    private final DataDirectory data;
    private final CallingUser user;
    private final Steps steps;

    /** What this {@code up} has started. */
    private final Set<Component> started = EnumSet.noneOf(Component.class);

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
        try (NetworkNamespace fabric = NetworkNamespace.open(spec.network().fabricNamespace());
                NetworkNamespace host = NetworkNamespace.current()) {
            start(new ComponentStarter(data, fabric, host));
        }
    }

    private void start(ComponentStarter starter) {
        // All three start at once; each waits for what it needs of the others.
        long began = System.nanoTime();
        String said = processes(starter);
        steps.done("processes: " + said, Duration.ofNanos(System.nanoTime() - began));
        Readiness readiness =
                new Readiness(data, (component, what) -> ended(component, what, starter));
        steps.run(
                "API server: https://127.0.0.1:" + spec.securePort(),
                () -> readiness.await(Component.CONTROL_PLANE, "the API server to be ready"));
        steps.run(
                "nodes: %d Ready, each with IPv4 and IPv6".formatted(spec.nodes()),
                () -> {
                    readiness.await(Component.STAND_INS, "the stand-ins to serve");
                    readiness.await(Component.AGENTS, "the nodes to be Ready");
                });
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

    /** Starts what does not run, all at once, and says what was done. */
    private String processes(ComponentStarter starter) {
        Map<Component, Process> begun = new EnumMap<>(Component.class);
        for (Component component : Component.values()) {
            boolean outgrown = component == Component.AGENTS && data.agentNodes() < spec.nodes();
            if (outgrown && component.find(data).isPresent()) {
                component.stop(data); // its pods stay as they are, and are adopted
            }
            if (component.find(data).isEmpty()) {
                begun.put(component, begin(component, starter));
            }
        }
        begun.forEach(starter::await);
        started.addAll(begun.keySet());
        return Arrays.stream(Component.values())
                .map(c -> c.id() + (begun.containsKey(c) ? " started" : " runs"))
                .collect(Collectors.joining(", "));
    }

    private Process begin(Component component, ComponentStarter starter) {
        try {
            return starter.begin(component);
        } catch (IOException e) {
            throw new CommandFailure(
                    "starting the %s failed: %s (the data directory %s must be writable and the disk not full)"
                            .formatted(component.id(), e.getMessage(), data.root()),
                    e);
        }
    }

    /**
     * A process has ended. If it was there before this {@code up}, it may have been killed just
     * then: it is started. One that was started, and ended, would end again.
     */
    private void ended(Component component, String awaited, ComponentStarter starter) {
        if (!started.add(component)) {
            throw new CommandFailure(component.endedEarly(data, awaited));
        }
        ProcessId _ = starter.await(component, begin(component, starter));
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
