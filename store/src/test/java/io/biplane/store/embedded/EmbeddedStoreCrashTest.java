package io.biplane.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.store.KeyValue;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;

/** Another process writes and is killed at a random moment, again and again. */
class EmbeddedStoreCrashTest {
    private static final int WRITES_BETWEEN_KILLS = 1_000;

    @TempDir Path directory;

    private final long[] acknowledged = new long[CrashWriter.WRITERS];
    private final long[] revisions = new long[CrashWriter.WRITERS];

    @Test
    void whatWasAcknowledgedSurvivesKills() throws IOException, InterruptedException {
        kill(20);
    }

    @Test
    @Tag("long")
    void whatWasAcknowledgedSurvivesHundredsOfKills() throws IOException, InterruptedException {
        kill(300);
    }

    private void kill(int times) throws IOException, InterruptedException {
        long seed = Seeds.next();
        var random = new Random(seed);
        for (int round = 0; round < times; round++) {
            writeAndKill(WRITES_BETWEEN_KILLS + random.nextInt(1_000));
            checkAll(round);
        }
    }

    private void writeAndKill(int writes) throws IOException, InterruptedException {
        Process writer = CrashWriter.start(directory.resolve("store"));
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                writer.getInputStream(), StandardCharsets.US_ASCII))) {
            int seen = 0;
            String line;
            boolean killed = false;
            while ((line = lines.readLine()) != null) {
                seen += note(line);
                if (seen >= writes && !killed) {
                    writer.toHandle()
                            .destroyForcibly(); // SIGKILL; what it printed before can still be read
                    killed = true;
                }
            }
            assertThat(writer.waitFor()).as("exit after %d writes", seen).isEqualTo(128 + 9);
        }
    }

    private int note(String line) {
        String[] words = line.split(" ", -1);
        // The last line may be cut off: then it was not heard. The first only says that the store
        // is open.
        if (words.length != 4 || !words[3].equals(".")) {
            return 0;
        }
        int writer = Integer.parseInt(words[0]);
        long n = Long.parseLong(words[1]);
        if (n != acknowledged[writer] + 1 && n != acknowledged[writer] + 2) {
            // + 2: the write before was done when it was killed, but not acknowledged
            throw new AssertionError(
                    "writer %d went from %d to %d".formatted(writer, acknowledged[writer], n));
        }
        acknowledged[writer] = n;
        revisions[writer] = Long.parseLong(words[2]);
        return 1;
    }

    private void checkAll(int round) {
        try (var store = EmbeddedStore.open(directory.resolve("store"))) {
            for (int writer = 0; writer < CrashWriter.WRITERS; writer++) {
                KeyValue a = store.get("/w/%02d/a".formatted(writer)).orElseThrow();
                KeyValue b = store.get("/w/%02d/b".formatted(writer)).orElseThrow();
                String as =
                        "round %d writer %d acknowledged %d"
                                .formatted(round, writer, acknowledged[writer]);
                assertThat(a.value()).as(as).isEqualTo(b.value());
                assertThat(a.modRevision()).as(as).isEqualTo(b.modRevision());
                assertThat(CrashWriter.number(a))
                        .as(as)
                        .isBetween(acknowledged[writer], acknowledged[writer] + 1);
                if (CrashWriter.number(a) == acknowledged[writer]) {
                    assertThat(a.modRevision()).as(as).isEqualTo(revisions[writer]);
                }
                acknowledged[writer] = CrashWriter.number(a);
                revisions[writer] = a.modRevision();
            }
        }
    }
}
