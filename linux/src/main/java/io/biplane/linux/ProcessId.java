package io.biplane.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A process that cannot be mistaken for a later one with the same number: pid files hold both
 * numbers.
 *
 * @param pid the process number
 * @param startTicks when it started, in clock ticks since the machine did
 */
public record ProcessId(long pid, long startTicks) {
    /** Field 22 of proc(5) stat, counted after the command's closing parenthesis. */
    private static final int START_AFTER_COMMAND = 19;

    /** This process. */
    public static ProcessId self() {
        long pid = ProcessHandle.current().pid();
        return new ProcessId(pid, startTicks(pid).orElseThrow());
    }

    /**
     * The process that has the number now.
     *
     * @throws IllegalStateException if there is none
     */
    public static ProcessId of(long pid) {
        return new ProcessId(
                pid,
                startTicks(pid).orElseThrow(() -> new IllegalStateException("no process " + pid)));
    }

    /**
     * What {@link #toString} wrote.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static ProcessId parse(String text) {
        String[] numbers = text.strip().split(" ", -1);
        if (numbers.length == 2) {
            try {
                return new ProcessId(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(complaint(text), e);
            }
        }
        throw new IllegalArgumentException(complaint(text));
    }

    private static String complaint(String text) {
        return "\"%s\" is not \"<pid> <start ticks>\"".formatted(text);
    }

    /** When the process with that number started; empty if there is none. */
    public static OptionalLong startTicks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return OptionalLong.of(Long.parseLong(fields[START_AFTER_COMMAND]));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** Whether the very process is still there; a zombie is not. */
    public boolean isAlive() {
        OptionalLong now = startTicks(pid);
        return now.isPresent()
                && now.getAsLong() == startTicks
                && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /** {@code 4711 123456}, for a pid file. */
    @Override
    public String toString() {
        return pid + " " + startTicks;
    }
}
