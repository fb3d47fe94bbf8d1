package io.biplane.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

class BackOffTest {
    @ParameterizedTest
    @CsvSource({
        "PT0.02S, PT5S, 1, PT0.02S",
        "PT0.02S, PT5S, 2, PT0.04S",
        "PT0.02S, PT5S, 8, PT2.56S",
        "PT0.02S, PT5S, 9, PT5S",
        "PT0.02S, PT5S, 2147483647, PT5S",
        "PT1S, PT1S, 1, PT1S",
        "PT1S, PT1S, 7, PT1S",
        "PT1H, PT24000000H, 2147483647, PT24000000H",
    })
    void pausesDoubleUpToTheLongest(
            Duration first, Duration longest, int failures, Duration expected) {
        assertThat(BackOff.doubling(first, longest).pause(failures)).isEqualTo(expected);
    }

    @Test
    void jitterIsUpToHalfOfThePause() {
        BackOff backOff = BackOff.doubling(Duration.ofNanos(4), Duration.ofNanos(8)).withJitter();
        Set<Long> first = new HashSet<>();
        Set<Long> later = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            first.add(backOff.pause(1).toNanos());
            later.add(backOff.pause(5).toNanos());
        }
        assertThat(first).containsExactlyInAnyOrder(2L, 3L, 4L);
        assertThat(later).containsExactlyInAnyOrder(4L, 5L, 6L, 7L, 8L);
    }

    @Test
    void thePausesMustBePossible() {
        assertThatThrownBy(() -> BackOff.always(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BackOff.doubling(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
