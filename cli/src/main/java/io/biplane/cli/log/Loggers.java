package io.biplane.cli.log;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.ResourceBundle;

/**
 * Gives every {@code System.Logger} of the process its way to the {@link LogSink}, found by the JDK
 * as a service. {@code java.util.logging} is not used for them: it ends before the process does.
 */
public final class Loggers extends System.LoggerFinder {
    static final Level THRESHOLD = threshold(System.getenv("BIPLANE_LOG"));

    static Level threshold(@Nullable String name) {
        if (name != null) {
            for (Level level : Level.values()) {
                if (level.name().equals(name.toUpperCase(Locale.ROOT))) {
                    return level;
                }
            }
        }
        return Level.INFO;
    }

    @Override
    public System.Logger getLogger(String name, Module module) {
        return new Lines(name);
    }

    private record Lines(String name) implements System.Logger {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            return level.getSeverity() >= THRESHOLD.getSeverity() && level != Level.OFF;
        }

        @Override
        public void log(
                Level level,
                @Nullable ResourceBundle bundle,
                @Nullable String message,
                @Nullable Throwable thrown) {
            if (isLoggable(level)) {
                LogSink.write(level, name, String.valueOf(message), thrown);
            }
        }

        @Override
        public void log(
                Level level,
                @Nullable ResourceBundle bundle,
                @Nullable String format,
                Object @Nullable ... parameters) {
            if (isLoggable(level)) {
                String text = String.valueOf(format);
                String message =
                        parameters == null || parameters.length == 0
                                ? text
                                : MessageFormat.format(text, parameters);
                LogSink.write(level, name, message, null);
            }
        }
    }
}
