package io.biplane.linux;

import static io.biplane.linux.Libc.captured;
import static io.biplane.linux.Libc.check;
import static io.biplane.linux.Libc.ofInt;
import static io.biplane.linux.Libc.unexpected;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * System calls on mounts and on the names that they cover; each throws {@link SyscallException}.
 */
final class MountSyscalls {
    // linux/mount.h
    private static final long MS_BIND = 1 << 12;
    private static final long MS_REC = 1 << 14;
    private static final long MS_PRIVATE = 1 << 18;
    private static final long MS_SHARED = 1 << 20;
    private static final int MNT_DETACH = 2;
    private static final int LOCK_EX = 2; // linux/fcntl.h

    private static final MethodHandle MOUNT =
            ofInt("mount", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    private static final MethodHandle UMOUNT2 = ofInt("umount2", ADDRESS, JAVA_INT);
    private static final MethodHandle UNLINKAT = ofInt("unlinkat", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle FLOCK = ofInt("flock", JAVA_INT, JAVA_INT);

    private MountSyscalls() {}

    /** Makes {@code source} appear at {@code target}, without what is mounted below it. */
    static void bind(String source, String target) {
        mount(source, target, MS_BIND);
    }

    /**
     * Lets mounts below {@code target} propagate to the other mount namespaces that have it.
     *
     * @throws SyscallException with {@link Errno#EINVAL} if {@code target} is not a mount point
     */
    static void makeShared(String target) {
        mount("none", target, MS_SHARED);
    }

    /** Keeps every mount and unmount in this mount namespace to it. */
    static void makeAllPrivate() {
        mount("none", "/", MS_REC | MS_PRIVATE);
    }

    private static void mount(String source, String target, long flags) {
        try (Arena arena = Arena.ofConfined()) {
            int result =
                    (int)
                            MOUNT.invokeExact(
                                    captured(),
                                    arena.allocateFrom(source),
                                    arena.allocateFrom(target),
                                    arena.allocateFrom("none"),
                                    flags,
                                    MemorySegment.NULL);
            check(result, "mount", target);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Detaches the topmost mount at {@code target}, even while it is in use.
     *
     * @throws SyscallException with {@link Errno#EINVAL} if nothing is mounted there
     */
    static void unmount(String target) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(target);
            check((int) UMOUNT2.invokeExact(captured(), path, MNT_DETACH), "umount2", target);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Removes a name from the directory behind {@code fd}. Since Linux 3.18 that detaches whatever
     * is mounted on it in other mount namespaces.
     *
     * @throws SyscallException with {@link Errno#EBUSY} if something is mounted on it in this one
     */
    static void unlink(int fd, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(name);
            check((int) UNLINKAT.invokeExact(captured(), fd, path, 0), "unlink", name);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Waits until no other process has {@code fd}'s file locked by flock(2), and locks it. */
    static void lockExclusively(int fd, String path) {
        try {
            check((int) FLOCK.invokeExact(captured(), fd, LOCK_EX), "flock", path);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }
}
