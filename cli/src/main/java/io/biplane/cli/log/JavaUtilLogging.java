package io.biplane.cli.log;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;

/**
 * What libraries log by {@code java.util.logging} goes to the {@link LogSink}, too. Made by the JDK
 * when the first of them asks for a logger, as {@link #install} has told it.
 */
public final class JavaUtilLogging {
    /** Reads the configuration; called by the JDK. */
    public JavaUtilLogging() throws IOException {
        String configuration = "handlers=%s%n.level=INFO%n".formatted(ToSink.class.getName());
        LogManager.getLogManager()
                .readConfiguration(
                        new ByteArrayInputStream(
                                configuration.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** To be called before the first use of {@code java.util.logging}. */
    public static void install() {
        System.setProperty("java.util.logging.config.class", JavaUtilLogging.class.getName());
    }

    /** Made by the JDK. */
    public static final class ToSink extends Handler {
        private final SimpleFormatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord record) {
            Level level = level(record.getLevel().intValue());
            if (level.getSeverity() >= Loggers.THRESHOLD.getSeverity()) {
                LogSink.write(
                        level,
                        String.valueOf(record.getLoggerName()),
                        formatter.formatMessage(record),
                        record.getThrown());
            }
        }

        private static Level level(int value) {
            if (value >= java.util.logging.Level.SEVERE.intValue()) {
                return Level.ERROR;
            }
            if (value >= java.util.logging.Level.WARNING.intValue()) {
                return Level.WARNING;
            }
            return value >= java.util.logging.Level.INFO.intValue() ? Level.INFO : Level.DEBUG;
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
