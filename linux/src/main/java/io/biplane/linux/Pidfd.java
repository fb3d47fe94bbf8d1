package io.biplane.linux;

import java.time.Duration;
import java.util.Optional;

/**
 * An open descriptor of a process, anybody's: by it the process is signalled and its end awaited,
 * and never mistaken for a later process with the same number. A zombie has ended.
 */
public final class Pidfd implements AutoCloseable {
    public static final int SIGKILL = 9;
    public static final int SIGTERM = 15;

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
            long left = Math.max(deadline - System.nanoTime(), 0);
            if (Poll.await(new int[] {fd}, Duration.ofNanos(left)).get(0)) {
                return true;
            }
            if (left == 0) {
                return false;
            }
        }
    }

    int fd() {
        return fd;
    }

    @Override
    public void close() {
        Syscalls.close(fd);
    }
}
