package io.biplane.node.standin;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.testing.Eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The file behind the stand-ins. */
final class StateFileTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir Path directory;

    private static ServedPod pod(int uid) {
        return new ServedPod(
                "uid-" + uid, "ns", "pod", "node-1", "pod", Path.of("/x"), List.of(), 0, List.of());
    }

    @Test
    void aWriteThatFailsIsTriedAgainAndTheNextOnesAreWritten() {
        StateFile file = new StateFile(directory.resolve("state.json"));
        AtomicInteger asked = new AtomicInteger();
        file.writeBehind(() -> {
            if (asked.incrementAndGet() == 1) {
                throw new StackOverflowError("unforeseen");
            }
            return List.of(pod(asked.get()));
        });
        file.changed();
        awaitPods(file, List.of(pod(2)));
        file.changed();
        awaitPods(file, List.of(pod(3)));
    }

    @Test
    void nothingIsWrittenBeforeSomethingChanges() {
        Path path = directory.resolve("state.json");
        StateFile file = new StateFile(path);
        AtomicInteger asked = new AtomicInteger();
        file.writeBehind(() -> List.of(pod(asked.incrementAndGet())));
        assertThat(Files.exists(path)).isFalse();
        file.changed();
        awaitPods(file, List.of(pod(1)));
    }

    private static void awaitPods(StateFile file, List<ServedPod> expected) {
        Eventually.holds(
                LIMIT,
                () -> {
                    List<ServedPod> read = file.read();
                    return read.equals(expected) ? "" : "read " + read;
                });
    }
}
