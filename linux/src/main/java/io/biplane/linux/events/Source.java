package io.biplane.linux.events;

import io.biplane.linux.Errno;
import io.biplane.linux.Syscalls;

import java.lang.foreign.MemorySegment;

/**
 * A descriptor that is watched, and whom to call. The thread that waits empties it; whoever closes
 * it may be another one, so both hold the lock.
 */
final class Source {
    /** Enough to empty any burst in one turn; what is left makes the descriptor ready again. */
    private static final int DATAGRAMS_A_TURN = 4096;

    private final Kind kind;
    private final int fd;
    private final Runnable changed;
    private boolean closed;

    /** How what is pending is taken away. */
    enum Kind {
        NETLINK,
        INOTIFY,
        /** A mount table: asking for its state is all. */
        MOUNTS
    }

    Source(Kind kind, int fd, Runnable changed) {
        this.kind = kind;
        this.fd = fd;
        this.changed = changed;
    }

    int fd() {
        return fd;
    }

    /** Takes away what is pending, and tells that there was something. */
    void ready(MemorySegment buffer) {
        synchronized (this) {
            if (closed) {
                return;
            }
            drain(buffer);
        }
        changed.run();
    }

    private void drain(MemorySegment buffer) {
        switch (kind) {
            case MOUNTS -> {}
            case INOTIFY -> {
                // One read takes all that fits; more makes the descriptor ready again.
                int _ = Syscalls.read(fd, buffer, "inotify");
            }
            case NETLINK -> drainNetlink(fd, buffer);
        }
    }

    /** An overflow (ENOBUFS) says that something changed as well as a message does. */
    static void drainNetlink(int fd, MemorySegment buffer) {
        for (int i = 0; i < DATAGRAMS_A_TURN; i++) {
            int length = Syscalls.receive(fd, buffer, Syscalls.MSG_DONTWAIT);
            if (length < 0 && length != -Errno.ENOBUFS && length != -Errno.EINTR) {
                return;
            }
        }
    }

    synchronized void close() {
        if (!closed) {
            closed = true;
            Syscalls.close(fd); // also takes it out of the epoll set
        }
    }
}
