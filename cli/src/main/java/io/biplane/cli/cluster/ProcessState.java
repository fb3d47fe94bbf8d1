package io.biplane.cli.cluster;

import io.biplane.linux.Privileges;
import io.biplane.linux.ProcessId;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);

    /** All of them. */
    static List<ProcessState> of(DataDirectory data) {
        return Arrays.stream(Component.values()).map(component -> of(component, data)).toList();
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
        return Privileges.isRoot()
                ? "nothing that it could tell: it is stopped or overloaded"
                : ReadySocket.READY;
    }
}
