package io.biplane.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

class RestartsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "2, 2", "3, 4", "6, 32", "7, 60", "8, 60", "1000, 60"})
    void thePauseDoublesUpToAMinute(int inARow, int seconds) {
        assertThat(Restarts.pause(inARow)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({
        // in a row, ended after, asked after, pause left
        "0, 1, 1, 0",
        "3, 1, 1, 3",
        "3, 1, 4, 0",
        "3, 59, 59, 0",
        "8, 1, 31, 29",
        "8, 61, 61, 0",
        "8, 1, -3600, 60",
    })
    void thePauseIsCountedFromTheLastStart(int inARow, long ended, long asked, long left) {
        Restarts restarts = new Restarts(inARow, START);
        assertThat(restarts.left(START.plusSeconds(ended), START.plusSeconds(asked)))
                .isEqualTo(Duration.ofSeconds(left));
    }

    @Test
    void whatHasRunForAMinuteStartsAfresh() {
        Restarts often = new Restarts(5, START);
        Instant soon = START.plusSeconds(2);
        Instant late = START.plusSeconds(90);
        assertThat(often.again(soon, soon)).isEqualTo(new Restarts(6, soon));
        assertThat(often.again(late, late)).isEqualTo(new Restarts(1, late));
        // Waiting for the pause to pass is not running.
        assertThat(often.again(soon, late)).isEqualTo(new Restarts(6, late));
    }

    @Test
    void theyAreReadBackAndForgotten(@TempDir Path directory) throws IOException {
        DataDirectory data = new DataDirectory(directory);
        Files.createDirectories(data.run());
        assertThat(Restarts.read(data, Component.AGENTS)).isEqualTo(Restarts.NONE);
        Restarts restarts = new Restarts(3, START);
        restarts.write(data, Component.AGENTS);
        assertThat(Restarts.read(data, Component.AGENTS)).isEqualTo(restarts);
        assertThat(Restarts.read(data, Component.STAND_INS)).isEqualTo(Restarts.NONE);
        Files.writeString(data.run().resolve("agents.restarts"), "3");
        assertThat(Restarts.read(data, Component.AGENTS)).isEqualTo(Restarts.NONE);
        Restarts.forget(data);
        assertThat(Restarts.read(data, Component.AGENTS)).isEqualTo(Restarts.NONE);
    }
}
