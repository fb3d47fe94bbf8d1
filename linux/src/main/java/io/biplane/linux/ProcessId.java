package io.biplane.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process that cannot be mistaken for a later one with the same number: pid files hold both
 * numbers.
 *
 * @param pid the process number
 * @param startTicks when it started, in clock ticks since the machine did
 */
public record ProcessId(long pid, long startTicks) {
    // proc(5) stat, counted after the command's closing parenthesis.
    private static final int STATE = 0;
    private static final int START = 19;

    /** This process. */
    public static ProcessId self() {
        return of(ProcessHandle.current().pid());
    }

    /**
     * The process that has the number now.
     *
     * @throws IllegalStateException if there is none
     */
    public static ProcessId of(long pid) {
        String[] stat = stat(pid).orElseThrow(() -> new IllegalStateException("no process " + pid));
        return new ProcessId(pid, Long.parseLong(stat[START]));
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

    private static Optional<String[]> stat(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Whether the very process still runs. One that has ended keeps its number, as a zombie, until
     * its parent asks for its exit code; where the parent never does, for ever.
     */
    public boolean isAlive() {
        return stat(pid)
                .filter(stat -> Long.parseLong(stat[START]) == startTicks)
                .filter(stat -> "ZXx".indexOf(stat[STATE].charAt(0)) < 0)
                .isPresent();
    }

    /** Whether it sees the same mounts as this process, as far as that may be looked at. */
    public boolean sharesMounts() {
        String theirs = Processes.namespace(Path.of("/proc/" + pid), "mnt");
        return theirs.isEmpty() || theirs.equals(Processes.namespace(Path.of("/proc/self"), "mnt"));
    }

    /** {@code 4711 123456}, for a pid file. */
    @Override
    public String toString() {
        return pid + " " + startTicks;
    }
}
