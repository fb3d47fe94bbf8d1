package io.biplane.cli.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.security.SecureRandom;

/**
 * 16 writers over HTTPS, and the server killed at random moments: what was acknowledged is there,
 * nothing is half there, every address has one owner, single objects and claims are linearizable,
 * and watches miss nothing.
 */
class ServerCrashIT {
    @TempDir Path directory;

    @Test
    void whatWasAcknowledgedSurvivesKills() throws InterruptedException {
        kill(20);
    }

    /** More with {@code -Dbiplane.kills}, the same again with {@code -Dbiplane.seed}. */
    @Test
    @Tag("long")
    void whatWasAcknowledgedSurvivesHundredsOfKills() throws InterruptedException {
        kill(Integer.getInteger("biplane.kills", 300));
    }

    /** The checks themselves are checked: a store that is set back is consistent, and wrong. */
    @Test
    @Tag("long")
    void aStoreThatLostWhatWasAcknowledgedIsNoticed() throws InterruptedException {
        try (var run = new CrashRun(directory.resolve("data"), new SecureRandom().nextLong())) {
            assertThatThrownBy(run::lose)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageNotContaining("the server ended");
        }
    }

    private void kill(int times) throws InterruptedException {
        long seed = Seeds.next();
        long began = System.nanoTime();
        try (var run = new CrashRun(directory.resolve("data"), seed)) {
            for (int i = 0; i < times; i++) {
                run.kill(i);
            }
            run.finish();
            System.out.printf(
                    "%d kills in %d s: %s%n",
                    times, (System.nanoTime() - began) / 1_000_000_000, run.figures());
            assertThat(run.relists() > 0).as("watches met a 410").isEqualTo(run.compacted());
        }
    }
}
