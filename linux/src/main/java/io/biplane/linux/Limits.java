package io.biplane.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalLong;

/** What the kernel lets this process and this machine have. */
public final class Limits {
    private static final int RLIMIT_NOFILE = 7; // asm-generic/resource.h

    private Limits() {}

    /**
     * A limit of the process.
     *
     * @param current what holds now
     * @param highest what the process may raise it to
     */
    public record Limit(long current, long highest) {}

    /** How many files the process may have open. */
    public static Limit openFiles() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(ValueLayout.JAVA_LONG, 2);
            ProcessSyscalls.getrlimit(RLIMIT_NOFILE, limit);
            return new Limit(
                    limit.getAtIndex(ValueLayout.JAVA_LONG, 0),
                    limit.getAtIndex(ValueLayout.JAVA_LONG, 1));
        }
    }

    /**
     * Raises the number of files that the process may have open as far as {@code wanted} or what is
     * allowed; with CAP_SYS_RESOURCE that is more than the highest of {@link #openFiles}.
     *
     * @return what holds now
     */
    public static Limit raiseOpenFiles(long wanted) {
        Limit now = openFiles();
        if (now.current >= wanted) {
            return now;
        }
        if (wanted > now.highest && Privileges.has(Privileges.Capability.SYS_RESOURCE)) {
            setOpenFiles(wanted, wanted);
        } else {
            setOpenFiles(Math.min(wanted, now.highest), now.highest);
        }
        return openFiles();
    }

    private static void setOpenFiles(long current, long highest) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocateFrom(ValueLayout.JAVA_LONG, current, highest);
            ProcessSyscalls.setrlimit(RLIMIT_NOFILE, limit);
        }
    }

    /** How many network namespaces this user may make. */
    public static long networkNamespaces() {
        return Long.parseLong(Sysctl.get("user.max_net_namespaces"));
    }

    /** How many mounts there may be in one mount namespace; a named namespace takes one. */
    public static long mounts() {
        return Long.parseLong(Sysctl.get("fs.mount-max"));
    }

    /**
     * How many neighbours that are not permanent there may be, in all namespaces together; empty
     * where this thread's namespace is not the machine's first, which alone shows it.
     */
    public static OptionalLong neighbours() {
        try {
            return OptionalLong.of(Long.parseLong(Sysctl.get("net.ipv4.neigh.default.gc_thresh3")));
        } catch (SyscallException e) {
            if (e.errno() == Errno.ENOENT) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }
}
