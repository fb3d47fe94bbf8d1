package io.biplane.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What the kernel lets this process and this machine have. */
public final class Limits {
    private static final int RLIMIT_NOFILE = 7; // asm-generic/resource.h

    /** What systemd gives a service that asks for no limit, rounded up. */
    private static final long MANY_FILES = 1 << 20;

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
     * Raises the number of files that the process may have open as far as it is allowed to: to the
     * highest of {@link #openFiles}, and with CAP_SYS_RESOURCE to {@link #MANY_FILES}, which is
     * then the highest, too.
     *
     * @return what holds now
     */
    public static Limit raiseOpenFiles() {
        Limit now = openFiles();
        boolean mayRaise = Privileges.has(Privileges.Capability.SYS_RESOURCE);
        long wanted = mayRaise ? Math.max(now.highest, MANY_FILES) : now.highest;
        long highest = Math.min(wanted, mostOpenFiles());
        if (now.current < highest) {
            setOpenFiles(highest, highest);
        }
        return openFiles();
    }

    /** What no process of the machine may go beyond. */
    private static long mostOpenFiles() {
        return Long.parseLong(Sysctl.get("fs.nr_open"));
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
}
