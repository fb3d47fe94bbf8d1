package io.biplane.linux.events;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.linux.Errno;
import io.biplane.linux.NamespaceThread;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.SyscallException;
import io.biplane.linux.Syscalls;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Hears of changes in any number of namespaces and directories, with one thread for all of them and
 * one descriptor for each (two where nftables is heard, too).
 *
 * <p>Callers are told <em>that</em> something changed, on this class's thread: they must return
 * soon, and look for themselves. Several changes may be one call, and a caller's own changes are
 * told as well.
 */
public final class KernelEvents implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(KernelEvents.class.getName());

    // sys/epoll.h; the event is packed on x86-64 alone
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLLIN = 1;
    private static final int EPOLLPRI = 2;
    private static final boolean PACKED = System.getProperty("os.arch").matches("amd64|x86_64");
    private static final int DATA_OFFSET = PACKED ? 4 : 8;
    private static final int EVENT_BYTES = DATA_OFFSET + 8;
    private static final int EVENTS_A_TURN = 64;

    // linux/netlink.h
    private static final int NETLINK_ADD_MEMBERSHIP = 1;

    // linux/inotify.h: names that come, go and are moved, and the directory itself
    private static final int IN_NAMES = 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800;

    private static final int BUFFER_BYTES = 64 << 10;
    private static final long WAKE_UP = 0;

    private final int epoll = Syscalls.epollCreate();
    private final int wakeUp = Syscalls.eventFd();
    private final Map<Long, Source> sources = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong(WAKE_UP + 1);
    private final Thread thread;
    private volatile boolean closing;

    @GuardedBy("this")
    private boolean closed;

    private KernelEvents(String name) {
        add(WAKE_UP, wakeUp, EPOLLIN);
        thread = Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    /** Starts to listen; {@code name} is the thread's. */
    public static KernelEvents start(String name) {
        return new KernelEvents(name);
    }

    /** Something that is watched until it is closed. */
    public interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /** Sockets that collect notifications until they are watched. */
    public static final class Subscription {
        private final List<Integer> sockets;

        private Subscription(List<Integer> sockets) {
            this.sockets = List.copyOf(sockets);
        }

        /**
         * Drops what was collected, for a subscriber that has made those changes itself; nobody
         * watches it yet.
         */
        public void forget() {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment buffer = arena.allocate(BUFFER_BYTES);
                sockets.forEach(fd -> Source.drainNetlink(fd, buffer));
            }
        }

        /** Ends a subscription that nobody has begun to watch. */
        public void cancel() {
            sockets.forEach(Syscalls::close);
        }
    }

    /**
     * Hears of changes in a namespace, which this keeps alive; the handle may be closed afterwards.
     *
     * @param changed called after changes of one of the topics
     */
    public Watch watch(NetworkNamespace namespace, Set<Topic> topics, Runnable changed) {
        return watch(NamespaceThread.in(namespace, () -> subscribeHere(topics)), changed);
    }

    /** As the other, for what was subscribed to before; what was collected since is told, too. */
    public Watch watch(Subscription subscription, Runnable changed) {
        List<Watch> watches = new ArrayList<>();
        subscription.sockets.forEach(
                fd -> watches.add(register(new Source(Source.Kind.NETLINK, fd, changed), EPOLLIN)));
        return () -> watches.forEach(Watch::close);
    }

    /** Subscribes to topics in the calling thread's namespace. */
    public static Subscription subscribeHere(Set<Topic> topics) {
        Map<Integer, Set<Topic>> byProtocol =
                topics.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Topic::protocol,
                                        Collectors.toCollection(
                                                () -> EnumSet.noneOf(Topic.class))));
        List<Integer> opened = new ArrayList<>();
        try {
            byProtocol.forEach((protocol, ofIt) -> opened.add(subscribe(protocol, ofIt)));
            return new Subscription(opened);
        } catch (SyscallException e) {
            opened.forEach(Syscalls::close);
            throw e;
        }
    }

    private static int subscribe(int protocol, Set<Topic> topics) {
        int fd =
                Syscalls.socket(
                        Syscalls.AF_NETLINK, Syscalls.SOCK_RAW | Syscalls.SOCK_CLOEXEC, protocol);
        try {
            Syscalls.bindNetlink(fd);
            for (Topic topic : topics) {
                for (int group : topic.groups()) {
                    Syscalls.setsockopt(fd, Syscalls.SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
                }
            }
            return fd;
        } catch (SyscallException e) {
            Syscalls.close(fd);
            throw e;
        }
    }

    /** Hears of names that appear in a directory, go or are renamed. */
    public Watch watchDirectory(Path directory, Runnable changed) {
        int fd = Syscalls.inotifyInit();
        try {
            Syscalls.inotifyAddWatch(fd, directory.toString(), IN_NAMES);
        } catch (SyscallException e) {
            Syscalls.close(fd);
            throw e;
        }
        return register(new Source(Source.Kind.INOTIFY, fd, changed), EPOLLIN);
    }

    /** Hears of mounts that come and go in this process's mount namespace. */
    public Watch watchMounts(Runnable changed) {
        int fd = Syscalls.open("/proc/self/mountinfo", Syscalls.O_RDONLY, 0);
        return register(new Source(Source.Kind.MOUNTS, fd, changed), EPOLLPRI);
    }

    private Watch register(Source source, int events) {
        long id = ids.getAndIncrement();
        sources.put(id, source);
        add(id, source.fd(), events);
        return () -> {
            source.close();
            sources.remove(id);
        };
    }

    private void add(long id, int fd, int events) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(EVENT_BYTES, 8);
            event.set(JAVA_INT_UNALIGNED, 0, events);
            event.set(JAVA_LONG_UNALIGNED, DATA_OFFSET, id);
            Syscalls.epollControl(epoll, EPOLL_CTL_ADD, fd, event);
        }
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocate((long) EVENT_BYTES * EVENTS_A_TURN, 8);
            MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);
            while (!closing) {
                int ready = Syscalls.epollWait(epoll, events, EVENTS_A_TURN);
                if (ready < 0 && ready != -Errno.EINTR) {
                    throw new SyscallException("epoll_wait", thread.getName(), -ready);
                }
                for (int i = 0; i < ready; i++) {
                    long at = (long) i * EVENT_BYTES + DATA_OFFSET;
                    ready(events.get(JAVA_LONG_UNALIGNED, at), buffer);
                }
            }
        }
    }

    private void ready(long id, MemorySegment buffer) {
        Source source = sources.get(id);
        if (source == null) {
            return; // closed meanwhile, or the wake-up
        }
        try {
            source.ready(buffer);
        } catch (OutOfMemoryError e) {
            throw e; // ends the process
        } catch (RuntimeException | Error e) {
            // One listener's bug must not leave all the others deaf.
            LOG.log(System.Logger.Level.WARNING, "a listener to kernel events failed", e);
        }
    }

    /** Ends the thread; the watches are closed, too. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        closing = true;
        try (Arena arena = Arena.ofConfined()) {
            Syscalls.write(wakeUp, arena.allocateFrom(JAVA_LONG, 1L), Long.BYTES, "eventfd");
        }
        join();
        sources.values().forEach(Source::close);
        sources.clear();
        Syscalls.close(wakeUp);
        Syscalls.close(epoll);
    }

    private void join() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
