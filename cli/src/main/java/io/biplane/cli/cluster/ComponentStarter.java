package io.biplane.cli.cluster;

import io.biplane.cli.command.CommandFailure;
import io.biplane.linux.Memory;
import io.biplane.linux.NamespaceProcess;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.ProcessId;
import io.biplane.loop.Await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Starts processes of a cluster; the caller has its {@link ClusterLock}. A new process is told
 * where the host is by a descriptor of this one, and opens it before it registers.
 *
 * @param fabric the namespace in which they live
 * @param host the namespace of the host
 */
record ComponentStarter(DataDirectory data, NetworkNamespace fabric, NetworkNamespace host) {
    /** A JVM starts within a second on a quiet machine. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static final Duration PAUSE = Duration.ofMillis(5);

    /** Starts a component and waits until it has registered. */
    ProcessId start(Component component) throws IOException {
        return await(component, begin(component));
    }

    /** Starts a component; to be followed by {@link #await}. */
    Process begin(Component component) throws IOException {
        String hostPath = "/proc/%d/fd/%d".formatted(ProcessHandle.current().pid(), host.fd());
        List<String> arguments =
                List.of("--data-dir", data.root().toString(), "--host-netns", hostPath);
        return NamespaceProcess.start(
                fabric, component.builder(data, heapMib(component, data), arguments));
    }

    /** The most that a component may use for objects. */
    static int heapMib(Component component, DataDirectory data) {
        ClusterSpec spec = data.requireSpec();
        return spec.heaps().mib(component, Memory.ofThisProcess().totalBytes(), spec.nodes());
    }

    /**
     * Waits until a component has registered: the one that was started, or another one that was
     * faster.
     *
     * @throws CommandFailure with the last lines of its log, if it ended before
     */
    ProcessId await(Component component, Process started) {
        try {
            return Await.within(LIMIT)
                    .every(PAUSE)
                    .answer(() -> registered(component, started))
                    .orElseThrow(() -> {
                        started.destroyForcibly();
                        return new CommandFailure(
                                "the %s did not start within %d s (its log %s may tell why; the machine may be overloaded)"
                                        .formatted(
                                                component.id(),
                                                LIMIT.toSeconds(),
                                                component.log(data)));
                    });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted while the %s starts".formatted(component.id()));
        }
    }

    private Optional<ProcessId> registered(Component component, Process started) {
        boolean runs = started.isAlive();
        Optional<ProcessId> found = component.find(data);
        if (found.isEmpty() && !runs) {
            throw new CommandFailure(component.endedEarly(data, "its start"));
        }
        return found;
    }
}
