package io.biplane.linux;

import static io.biplane.linux.Libc.captured;
import static io.biplane.linux.Libc.check;
import static io.biplane.linux.Libc.errno;
import static io.biplane.linux.Libc.ofInt;
import static io.biplane.linux.Libc.ofLong;
import static io.biplane.linux.Libc.unexpected;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The system calls that the JDK does not offer, each as libc has it. Every one throws {@link
 * SyscallException} where libc would return -1, unless it says otherwise.
 */
public final class Syscalls {
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_CREAT = 0100;
    public static final int O_EXCL = 0200;
    public static final int O_NONBLOCK = 04000;
    public static final int O_CLOEXEC = 02000000;
    public static final int O_DIRECTORY = 0200000;
    public static final int CLONE_NEWNET = 0x40000000;
    public static final int CLONE_NEWNS = 0x00020000;
    public static final int AF_NETLINK = 16;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_CLOEXEC = O_CLOEXEC;
    public static final int SOL_SOCKET = 1;
    public static final int SOL_NETLINK = 270;
    public static final int MSG_DONTWAIT = 0x40;

    private static final long SOCKADDR_NL_BYTES = 12; // linux/netlink.h

    private static final MethodHandle SOCKET = ofInt("socket", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SEND = ofLong("send", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle RECV = ofLong("recv", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle READ = ofLong("read", JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle WRITE = ofLong("write", JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle SETSOCKOPT =
            ofInt("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CLOSE = ofInt("close", JAVA_INT);
    private static final MethodHandle OPEN =
            Libc.handle(
                    "open",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle UNSHARE = ofInt("unshare", JAVA_INT);
    private static final MethodHandle SETNS = ofInt("setns", JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = ofInt("bind", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle EPOLL_CREATE1 = ofInt("epoll_create1", JAVA_INT);
    private static final MethodHandle EPOLL_CTL =
            ofInt("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle EPOLL_WAIT =
            ofInt("epoll_wait", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle EVENTFD = ofInt("eventfd", JAVA_INT, JAVA_INT);
    private static final MethodHandle INOTIFY_INIT1 = ofInt("inotify_init1", JAVA_INT);
    private static final MethodHandle INOTIFY_ADD_WATCH =
            ofInt("inotify_add_watch", JAVA_INT, ADDRESS, JAVA_INT);

    private Syscalls() {}

    /** A new socket; it belongs for good to the calling thread's network namespace. */
    public static int socket(int domain, int type, int protocol) {
        try {
            int fd = (int) SOCKET.invokeExact(captured(), domain, type, protocol);
            return (int) check(fd, "socket", "domain %d protocol %d".formatted(domain, protocol));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Sends the first {@code length} bytes of {@code buffer}, all of them or none. */
    public static void send(int fd, MemorySegment buffer, long length) {
        try {
            long sent = (long) SEND.invokeExact(captured(), fd, buffer, length, 0);
            check(sent, "send", "fd " + fd);
            if (sent != length) {
                throw new IllegalStateException("sent %d of %d bytes".formatted(sent, length));
            }
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Receives one datagram.
     *
     * @return its length in bytes, or the negated error number
     */
    public static int receive(int fd, MemorySegment buffer, int flags) {
        try {
            long received =
                    (long) RECV.invokeExact(captured(), fd, buffer, buffer.byteSize(), flags);
            return received < 0 ? -errno() : (int) received;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Reads up to the size of {@code buffer}; 0 at the end of the file. */
    public static int read(int fd, MemorySegment buffer, Object what) {
        try {
            long n = (long) READ.invokeExact(captured(), fd, buffer, buffer.byteSize());
            return (int) check(n, "read", what);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Writes the first {@code length} bytes of {@code buffer}. */
    public static void write(int fd, MemorySegment buffer, long length, Object what) {
        try {
            check((long) WRITE.invokeExact(captured(), fd, buffer, length), "write", what);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Sets an option that takes an {@code int}. */
    public static void setsockopt(int fd, int level, int option, int value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocateFrom(JAVA_INT, value);
            int result = (int) SETSOCKOPT.invokeExact(captured(), fd, level, option, pointer, 4);
            check(result, "setsockopt", "level %d option %d".formatted(level, option));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Closes a file descriptor. An error is of no use to anyone and is ignored. */
    public static void close(int fd) {
        try {
            int _ = (int) CLOSE.invokeExact(captured(), fd);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Opens a file; programs that are run do not inherit it. */
    public static int open(String path, int flags, int mode) {
        return openExactly(path, flags | O_CLOEXEC, mode);
    }

    /** As {@link #open}; without O_CLOEXEC among the flags, programs that are run inherit it. */
    static int openExactly(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = (int) OPEN.invokeExact(captured(), arena.allocateFrom(path), flags, mode);
            return (int) check(fd, "open", path);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Moves the calling OS thread into a new namespace of the kind that {@code flags} names. */
    static void unshare(int flags) {
        try {
            int result = (int) UNSHARE.invokeExact(captured(), flags);
            check(result, "unshare", "flags 0x%x".formatted(flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Moves the calling OS thread into the network namespace behind {@code fd}. */
    static void setns(int fd, Object what) {
        try {
            check((int) SETNS.invokeExact(captured(), fd, CLONE_NEWNET), "setns", what);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A new set of descriptors to wait for. */
    public static int epollCreate() {
        try {
            int fd = (int) EPOLL_CREATE1.invokeExact(captured(), O_CLOEXEC);
            return (int) check(fd, "epoll_create1", "events");
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Puts a descriptor into an epoll set, or takes it out.
     *
     * @param event {@code struct epoll_event}
     */
    public static void epollControl(int epoll, int operation, int fd, MemorySegment event) {
        try {
            int result = (int) EPOLL_CTL.invokeExact(captured(), epoll, operation, fd, event);
            check(result, "epoll_ctl", "fd " + fd);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Waits until a descriptor of the set is ready.
     *
     * @param events room for {@code count} of {@code struct epoll_event}
     * @return how many are ready, or the negated error number
     */
    public static int epollWait(int epoll, MemorySegment events, int count) {
        try {
            int ready = (int) EPOLL_WAIT.invokeExact(captured(), epoll, events, count, -1);
            return ready < 0 ? -errno() : ready;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A descriptor that is ready once 8 bytes were written to it. */
    public static int eventFd() {
        try {
            int fd = (int) EVENTFD.invokeExact(captured(), 0, O_CLOEXEC);
            return (int) check(fd, "eventfd", "wake-up");
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A descriptor that tells of changes of files; it never blocks. */
    public static int inotifyInit() {
        try {
            int fd = (int) INOTIFY_INIT1.invokeExact(captured(), O_CLOEXEC | O_NONBLOCK);
            return (int) check(fd, "inotify_init1", "directories");
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Asks for changes of a directory.
     *
     * @param mask bits of {@code linux/inotify.h}
     */
    public static void inotifyAddWatch(int inotify, String path, int mask) {
        try (Arena arena = Arena.ofConfined()) {
            int watch =
                    (int)
                            INOTIFY_ADD_WATCH.invokeExact(
                                    captured(), inotify, arena.allocateFrom(path), mask);
            check(watch, "inotify_add_watch", path);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Gives a netlink socket an address of the kernel's choice: one that has none is passed over
     * when notifications are sent.
     */
    public static void bindNetlink(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR_NL_BYTES, 4);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
            int result = (int) BIND.invokeExact(captured(), fd, address, (int) address.byteSize());
            check(result, "bind", "netlink");
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }
}
