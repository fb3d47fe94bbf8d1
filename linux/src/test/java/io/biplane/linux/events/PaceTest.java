package io.biplane.linux.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;

final class PaceTest {
    private static final Duration SOON = Duration.ofMillis(1);

    @Test
    void aFirstChangeIsLookedAtSoonAndTheNextOnesAfterAWhile() {
        Pace<String> pace = new Pace<>(SOON, Duration.ofHours(1));
        assertThat(pace.delay("node-1")).isEqualTo(SOON);
        pace.looked("node-1");
        assertThat(pace.delay("node-1")).isBetween(Duration.ofMinutes(50), Duration.ofHours(1));
        assertThat(pace.delay("node-2")).as("of its own").isEqualTo(SOON);
    }

    @Test
    void afterAWhileAChangeIsAFirstOneAgain() {
        Pace<String> pace = new Pace<>(SOON, Duration.ofNanos(1));
        pace.looked("node-1");
        assertThat(pace.delay("node-1")).isEqualTo(SOON);
    }
}
