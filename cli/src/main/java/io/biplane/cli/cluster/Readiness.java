package io.biplane.cli.cluster;

import io.biplane.cli.command.CommandFailure;
import io.biplane.loop.Await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Waits for the processes of a cluster to do their work. */
final class Readiness {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

    private final DataDirectory data;
    private final BiConsumer<Component, String> ended;

    /**
     * @param ended told of a process that has ended while something was awaited; may throw
     */
    Readiness(DataDirectory data, BiConsumer<Component, String> ended) {
        this.data = data;
        this.ended = ended;
    }

    /**
     * Waits until a process says that it is ready.
     *
     * @param what it does then, for the message when it does not
     */
    void await(Component component, String what) {
        await(
                what,
                () -> {
                    String answer =
                            ReadySocket.ask(component.readySocket(data), ANSWER_LIMIT)
                                    .orElse("it does not answer");
                    return answer.equals(ReadySocket.READY)
                            ? ""
                            : "the %s: %s".formatted(component.id(), answer);
                });
    }

    /** Waits until the administrator's kubeconfig is there. */
    void adminConfig() {
        Path file = data.adminConfig();
        await("the control plane to write " + file, () -> Files.exists(file) ? "" : "no " + file);
    }

    private void await(String what, Supplier<String> complaint) {
        try {
            Optional<String> amiss =
                    Await.within(DEADLINE)
                            .until(() -> {
                                String still = complaint.get();
                                if (!still.isEmpty()) {
                                    tellEnded(what);
                                }
                                return still;
                            });
            if (amiss.isPresent()) {
                throw new CommandFailure(
                        "timed out after %d s waiting for %s: %s (the logs in %s may tell why; biplane status shows more)"
                                .formatted(DEADLINE.toSeconds(), what, amiss.get(), data.logs()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted while waiting for " + what);
        }
    }

    private void tellEnded(String what) {
        for (Component component : Component.values()) {
            if (component.find(data).isEmpty()) {
                ended.accept(component, what);
            }
        }
    }
}
