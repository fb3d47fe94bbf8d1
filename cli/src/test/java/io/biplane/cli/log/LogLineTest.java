package io.biplane.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.lang.System.Logger.Level;
import java.time.Instant;

class LogLineTest {
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678901Z");

    @Test
    void anEventIsOneLineWithTimeAndLevel() {
        assertThat(
                        LogLine.of(
                                TIME,
                                Level.INFO,
                                "io.biplane.cli.command.Running",
                                "agents started",
                                null))
                .isEqualTo("2026-01-02T03:04:05.678Z INFO  cli.command.Running: agents started");
        assertThat(LogLine.of(TIME, Level.WARNING, "io.netty.x.Y", "odd", null))
                .isEqualTo("2026-01-02T03:04:05.678Z WARN  io.netty.x.Y: odd");
    }

    @Test
    void whatAPeerWritesMakesNoFurtherLines() {
        String line =
                LogLine.of(TIME, Level.ERROR, "x", "a\r\n2026 ERROR b\u001b[31m\u0085c", null);
        assertThat(line).endsWith("a  2026 ERROR b [31m c");
        assertThat(line.lines()).hasSize(1);
    }

    @Test
    void aBugTellsWhereItCameFromInTheSameLine() {
        Exception bug =
                new IllegalStateException("outer\nline", new IllegalArgumentException("inner"));
        String line = LogLine.of(TIME, Level.ERROR, "x", "request failed", bug);
        assertThat(line.lines()).hasSize(1);
        assertThat(line)
                .contains(
                        "request failed: java.lang.IllegalStateException: outer line at LogLineTest.aBugTells")
                .contains("; caused by java.lang.IllegalArgumentException: inner at LogLineTest.");
    }

    @Test
    void noLineIsEndless() {
        Throwable deep = new IllegalStateException("x".repeat(100_000));
        assertThat(LogLine.of(TIME, Level.ERROR, "x", "y", deep).length()).isLessThan(9_000);
    }
}
