package io.biplane.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An open descriptor of a process, anybody's: by it the process is signalled and its end awaited,
 * and never mistaken for a later process with the same number. A zombie has ended.
 */
public final class Pidfd implements AutoCloseable {
    public static final int SIGKILL = 9;
    public static final int SIGTERM = 15;

    private static final short POLLIN = 1;
    private static final int POLLFD_BYTES = 8; // int fd; short events; short revents

    private final ProcessId process;
    private final int fd;

    private Pidfd(ProcessId process, int fd) {
        this.process = process;
        this.fd = fd;
    }

    /** Opens the process; empty if it has ended. */
    public static Optional<Pidfd> open(ProcessId process) {
        int fd;
        try {
            fd = ProcessSyscalls.pidfdOpen(process.pid());
        } catch (SyscallException e) {
            if (e.errno() == Errno.ESRCH || e.errno() == Errno.EINVAL) {
                return Optional.empty();
            }
            throw e;
        }
        Pidfd opened = new Pidfd(process, fd);
        if (process.isAlive()) { // asked after the descriptor was opened: it is this one's
            return Optional.of(opened);
        }
        opened.close();
        return Optional.empty();
    }

    /** The process. */
    public ProcessId process() {
        return process;
    }

    /** Sends a signal; one that has ended already is left in peace. */
    public void signal(int number) {
        try {
            ProcessSyscalls.pidfdSendSignal(fd, number);
        } catch (SyscallException e) {
            if (e.errno() != Errno.ESRCH) {
                throw e;
            }
        }
    }

    /** Waits for the process's end; for platform threads. Whether it came in time. */
    public boolean awaitEnd(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            long left = deadline - System.nanoTime();
            if (!awaitAnyEnd(List.of(this), Duration.ofNanos(Math.max(left, 0))).isEmpty()) {
                return true;
            }
            if (left <= 0) {
                return false;
            }
        }
    }

    /**
     * Waits until one of the processes has ended, or the time has passed, or a signal came; for
     * platform threads.
     *
     * @return those that have ended
     */
    public static List<Pidfd> awaitAnyEnd(List<Pidfd> processes, Duration limit) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate((long) POLLFD_BYTES * processes.size(), 4);
            for (int i = 0; i < processes.size(); i++) {
                fds.set(JAVA_INT, (long) POLLFD_BYTES * i, processes.get(i).fd);
                fds.set(JAVA_SHORT, (long) POLLFD_BYTES * i + 4, POLLIN);
            }
            // Rounded up: a wait of less than a millisecond would else be a busy loop.
            long millis = (limit.toNanos() + 999_999) / 1_000_000;
            int timeout = (int) Math.min(millis, Integer.MAX_VALUE);
            int _ = ProcessSyscalls.poll(fds, processes.size(), timeout);
            List<Pidfd> ended = new ArrayList<>();
            for (int i = 0; i < processes.size(); i++) {
                if (fds.get(JAVA_SHORT, (long) POLLFD_BYTES * i + 6) != 0) {
                    ended.add(processes.get(i));
                }
            }
            return ended;
        }
    }

    @Override
    public void close() {
        Syscalls.close(fd);
    }
}
