package io.biplane.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class ThrottleTest {
    private static final long START = -5;

    @Test
    void aBurstIsWrittenAndThenOneLineInAnInterval() {
        Throttle throttle = new Throttle();
        for (int i = 0; i < Throttle.BURST; i++) {
            assertThat(throttle.admit("a", START)).isZero();
        }
        long later = START + Throttle.INTERVAL.toNanos();
        assertThat(throttle.admit("a", START)).isNegative();
        assertThat(throttle.admit("a", later - 1)).isNegative();
        assertThat(throttle.admit("a", later)).as("lines dropped before").isEqualTo(2);
        assertThat(throttle.admit("a", later)).isNegative();
        assertThat(throttle.admit("b", later)).as("another source").isZero();
    }

    @Test
    void aNoisySourceIsBounded() {
        Throttle throttle = new Throttle();
        long written = 0;
        long hour = Duration.ofHours(1).toNanos();
        for (long now = 0; now < hour; now += 1_000_000) {
            written += throttle.admit("a", now) >= 0 ? 1 : 0;
        }
        assertThat(written).isBetween(36_000L, 36_000L + Throttle.BURST);
    }
}
