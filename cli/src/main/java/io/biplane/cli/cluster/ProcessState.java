package io.biplane.cli.cluster;

import io.biplane.linux.Privileges;
import io.biplane.linux.ProcessId;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * One of a cluster's processes, as it is now.
 *
 * @param component which one
 * @param process empty if it does not run
 * @param waitsFor what it says that it waits for; "" if it does its work
 * @param restartsInARow how often it was started again, since it last ran well or {@code up}
 * @param nextStart where it does not run: when it will be started again
 * @param log its log
 */
public record ProcessState(
        String component,
        Optional<ProcessId> process,
        String waitsFor,
        int restartsInARow,
        Duration nextStart,
        Path log) {
    private static final Duration ANSWER_LIMIT = Duration.ofMillis(700);
    private static final String SILENT = "it does not answer";

    /** All of them, asked at once: those that are stopped are waited for together. */
    static List<ProcessState> of(DataDirectory data) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<ProcessState>> asked =
                    Arrays.stream(Component.values())
                            .map(component -> threads.submit(() -> of(component, data)))
                            .toList();
            return asked.stream().map(ProcessState::result).toList();
        }
    }

    private static ProcessState result(Future<ProcessState> asked) {
        try {
            return asked.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure
                    ? failure
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while processes were asked", e);
        }
    }

    /** Whether it runs and says anything at all. */
    public boolean answers() {
        return process.isPresent() && !waitsFor.equals(SILENT);
    }

    /** Whether the API server is in it. */
    public boolean servesApi() {
        return component.equals(Component.CONTROL_PLANE.id());
    }

    private static ProcessState of(Component component, DataDirectory data) {
        Optional<ProcessId> process = component.find(data);
        Restarts restarts = Restarts.read(data, component);
        Instant now = Instant.now();
        String answer =
                process.isEmpty()
                        ? ""
                        : ReadySocket.ask(component.readySocket(data), ANSWER_LIMIT)
                                .orElse(unanswered());
        return new ProcessState(
                component.id(),
                process,
                answer.equals(ReadySocket.READY) ? "" : answer,
                restarts.inARow(),
                process.isPresent() ? Duration.ZERO : restarts.left(now, now),
                component.log(data));
    }

    /** Root's processes answer nobody else. */
    private static String unanswered() {
        return Privileges.isRoot() ? SILENT : ReadySocket.READY;
    }
}
