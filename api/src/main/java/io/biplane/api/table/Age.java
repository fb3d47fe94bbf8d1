package io.biplane.api.table;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;

/** How long ago something was, in the two most telling units, as upstream prints it. */
final class Age {
    private Age() {}

    /** The age of an RFC 3339 timestamp; {@code <unknown>} if it is empty or malformed. */
    static String since(String timestamp, Instant now) {
        try {
            Instant then = OffsetDateTime.parse(timestamp).toInstant();
            return human(Duration.between(then, now));
        } catch (DateTimeException e) {
            return "<unknown>";
        }
    }

    /** {@code 45s}, {@code 3m10s}, {@code 5h2m}, {@code 3d4h}, {@code 2y11d}, … */
    static String human(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < -1) {
            return "<invalid>";
        }
        if (seconds < 0) {
            return "0s";
        }
        if (seconds < 120) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes < 10) {
            return two(minutes, "m", seconds % 60, "s");
        }
        if (minutes < 180) {
            return minutes + "m";
        }
        long hours = seconds / 3600;
        if (hours < 8) {
            return two(hours, "h", minutes % 60, "m");
        }
        if (hours < 48) {
            return hours + "h";
        }
        long days = hours / 24;
        if (hours < 192) {
            return two(days, "d", hours % 24, "h");
        }
        if (days < 730) {
            return days + "d";
        }
        long years = days / 365;
        return years < 8 ? two(years, "y", days % 365, "d") : years + "y";
    }

    private static String two(long big, String bigUnit, long small, String smallUnit) {
        return small == 0 ? big + bigUnit : big + bigUnit + small + smallUnit;
    }
}
