package io.biplane.cli.cluster;

import io.biplane.cli.CommandFailure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for the processes of a cluster to do their work. */
final class Readiness {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(10);
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
        String[] last = {"it does not answer"};
        await(
                what,
                () -> {
                    String answer =
                            ReadySocket.ask(component.readySocket(data), ANSWER_LIMIT)
                                    .orElse("it does not answer");
                    last[0] = answer;
                    return answer.equals(ReadySocket.READY);
                },
                () -> "the %s: %s".formatted(component.id(), last[0]));
    }

    /** Waits until the administrator's kubeconfig is there. */
    void adminConfig() {
        Path file = data.adminConfig();
        await("the control plane to write " + file, () -> Files.exists(file), () -> "no " + file);
    }

    private void await(String what, BooleanSupplier condition, Supplier<String> amiss) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            for (Component component : Component.values()) {
                if (component.find(data).isEmpty()) {
                    ended.accept(component, what);
                }
            }
            if (System.nanoTime() > deadline) {
                throw new CommandFailure(
                        "timed out after %d s waiting for %s: %s (the logs in %s may tell why; biplane status shows more)"
                                .formatted(DEADLINE.toSeconds(), what, amiss.get(), data.logs()));
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
