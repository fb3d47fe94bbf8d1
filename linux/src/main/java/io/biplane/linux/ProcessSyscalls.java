package io.biplane.linux;

import static io.biplane.linux.Libc.captured;
import static io.biplane.linux.Libc.check;
import static io.biplane.linux.Libc.ofInt;
import static io.biplane.linux.Libc.unexpected;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** System calls on this and other processes; each throws {@link SyscallException}. */
final class ProcessSyscalls {
    // asm-generic/unistd.h: the same number on every architecture; glibc has functions since 2.36
    private static final long PIDFD_SEND_SIGNAL = 424;
    private static final long PIDFD_OPEN = 434;

    private static final MethodHandle SYSCALL =
            Libc.handle(
                    "syscall",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                    Linker.Option.firstVariadicArg(1));
    private static final MethodHandle POLL = ofInt("poll", ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle EXECVE = ofInt("execve", ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle SETSID = ofInt("setsid");
    private static final MethodHandle UMASK = ofInt("umask", JAVA_INT);
    private static final MethodHandle GETRLIMIT = ofInt("getrlimit", JAVA_INT, ADDRESS);
    private static final MethodHandle SETRLIMIT = ofInt("setrlimit", JAVA_INT, ADDRESS);

    private ProcessSyscalls() {}

    private static long syscall(long number, long a, long b, long c, long d, Object what) {
        try {
            long result = (long) SYSCALL.invokeExact(captured(), number, a, b, c, d);
            return check(result, number == PIDFD_OPEN ? "pidfd_open" : "pidfd_send_signal", what);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A descriptor of a process, readable once it has ended; zombies have ended. Close-on-exec. */
    static int pidfdOpen(long pid) {
        return (int) syscall(PIDFD_OPEN, pid, 0, 0, 0, "process " + pid);
    }

    /**
     * @throws SyscallException with {@link Errno#ESRCH} if the process has ended
     */
    static void pidfdSendSignal(int fd, int signal) {
        syscall(PIDFD_SEND_SIGNAL, fd, signal, 0, 0, "signal " + signal);
    }

    /**
     * Waits until one of {@code count} struct pollfd has something to tell; blocks the carrier.
     *
     * @param timeoutMillis -1 for no limit
     * @return how many have; 0 after the time, or when a signal interrupted the wait
     */
    static int poll(MemorySegment fds, int count, int timeoutMillis) {
        try {
            int ready = (int) POLL.invokeExact(captured(), fds, (long) count, timeoutMillis);
            if (ready < 0 && Libc.errno() == Errno.EINTR) {
                return 0;
            }
            return (int) check(ready, "poll", count + " descriptors");
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static void getrlimit(int resource, MemorySegment limit) {
        try {
            check((int) GETRLIMIT.invokeExact(captured(), resource, limit), "getrlimit", resource);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static void setrlimit(int resource, MemorySegment limit) {
        try {
            check((int) SETRLIMIT.invokeExact(captured(), resource, limit), "setrlimit", resource);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Replaces the program that this process runs; returns only by an exception. */
    static void execve(String path, MemorySegment arguments, MemorySegment environment) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment file = arena.allocateFrom(path);
            int failed = (int) EXECVE.invokeExact(captured(), file, arguments, environment);
            check(failed, "execve", path);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Sets which permissions new files do not get; returns what it was. */
    static int umask(int mask) {
        try {
            return (int) UMASK.invokeExact(captured(), mask);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Makes this process the leader of a session of its own, without a terminal. */
    static void setsid() {
        try {
            check((int) SETSID.invokeExact(captured()), "setsid", "this process");
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }
}
