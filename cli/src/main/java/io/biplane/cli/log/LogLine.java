package io.biplane.cli.log;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * An event as one line: {@code 2026-01-01T00:00:00.123Z INFO cli.command.Running: agents started}.
 */
final class LogLine {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final String OURS = "io.biplane.";
    private static final int MAX_FRAMES = 12;
    private static final int MAX_CAUSES = 4;
    private static final int MAX_CHARACTERS = 8192;

    private LogLine() {}

    /**
     * @param logger a class's name
     * @param thrown a bug, as a rule: where it came from is told, in the same line
     * @return without a line end
     */
    static String of(
            Instant time, Level level, String logger, String message, @Nullable Throwable thrown) {
        StringBuilder line = new StringBuilder(128);
        TIME.formatTo(time, line);
        line.append(' ').append(name(level)).append(' ');
        line.append(logger.startsWith(OURS) ? logger.substring(OURS.length()) : logger);
        line.append(": ").append(message);
        int causes = 0;
        for (Throwable at = thrown; at != null && causes < MAX_CAUSES; at = at.getCause()) {
            line.append(causes++ == 0 ? ": " : "; caused by ").append(at);
            append(line, at.getStackTrace());
        }
        return oneLine(line);
    }

    private static String name(Level level) {
        return switch (level) {
            case ERROR -> "ERROR";
            case WARNING -> "WARN ";
            case INFO, ALL, OFF -> "INFO ";
            case DEBUG, TRACE -> "DEBUG";
        };
    }

    private static void append(StringBuilder line, StackTraceElement[] frames) {
        for (int i = 0; i < Math.min(frames.length, MAX_FRAMES); i++) {
            StackTraceElement frame = frames[i];
            String type = frame.getClassName();
            line.append(i == 0 ? " at " : " < ");
            line.append(type, type.lastIndexOf('.') + 1, type.length());
            line.append('.')
                    .append(frame.getMethodName())
                    .append(':')
                    .append(frame.getLineNumber());
        }
    }

    private static String oneLine(StringBuilder line) {
        if (line.length() > MAX_CHARACTERS) {
            line.setLength(MAX_CHARACTERS);
            line.append('…');
        }
        for (int i = 0; i < line.length(); i++) {
            if (Character.isISOControl(line.charAt(i))) {
                line.setCharAt(i, ' ');
            }
        }
        return line.toString();
    }
}
