package io.biplane.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A handle on a network namespace: an open file descriptor, which keeps the namespace alive, and
 * the name under which {@code ip netns} finds it. Closing the handle leaves the namespace there;
 * {@link #delete} removes it.
 */
public final class NetworkNamespace implements AutoCloseable {
    /** Where named namespaces are bound, as iproute2 does it. */
    public static final Path DIRECTORY = Path.of("/run/netns");

    static final String SELF = "/proc/thread-self/ns/net";

    private final Path path;
    private final int fd;
    private final AtomicBoolean closed = new AtomicBoolean();

    private NetworkNamespace(Path path, int fd) {
        this.path = path;
        this.fd = fd;
    }

    /**
     * Makes a namespace and binds it at {@code /run/netns/<name>}. Its loopback link is down.
     *
     * @throws SyscallException with {@link Errno#EEXIST} if the name is taken
     */
    public static NetworkNamespace create(String name) {
        return create(name, () -> name).namespace();
    }

    /**
     * A new namespace.
     *
     * @param inside what was made in it
     */
    public record Created<T>(NetworkNamespace namespace, T inside) {}

    /**
     * As {@link #create(String)}, and does {@code work} in it on the same visit.
     *
     * @param work as for {@link NamespaceThread}: it opens sockets
     */
    public static <T> Created<T> create(String name, Callable<T> work) {
        Path path = pathOf(name);
        makeFile(path);
        try {
            return NamespaceThread.onNewThread(() -> {
                Syscalls.unshare(Syscalls.CLONE_NEWNET);
                MountSyscalls.bind(SELF, path.toString());
                int fd = Syscalls.open(SELF, Syscalls.O_RDONLY, 0);
                NetworkNamespace namespace = new NetworkNamespace(path, fd);
                try {
                    return new Created<>(namespace, work.call());
                } catch (RuntimeException e) {
                    namespace.close();
                    throw e;
                }
            });
        } catch (SyscallException e) {
            delete(name);
            throw e;
        }
    }

    /** The file on which a namespace is then mounted. */
    private static void makeFile(Path path) {
        NetnsDirectory.prepare();
        Syscalls.close(
                Syscalls.open(
                        path.toString(),
                        Syscalls.O_RDONLY | Syscalls.O_CREAT | Syscalls.O_EXCL,
                        0));
    }

    /**
     * The namespace bound at {@code /run/netns/<name>}.
     *
     * @throws SyscallException with {@link Errno#ENOENT} if there is none
     */
    public static NetworkNamespace open(String name) {
        return open(pathOf(name));
    }

    /** The namespace behind a file, such as {@code /proc/42/ns/net}. */
    public static NetworkNamespace open(Path path) {
        return new NetworkNamespace(path, Syscalls.open(path.toString(), Syscalls.O_RDONLY, 0));
    }

    /** The namespace of the calling thread. */
    public static NetworkNamespace current() {
        return open(Path.of(SELF));
    }

    /**
     * The namespace of the calling thread, by a name that it should have: {@link #isNamed} tells
     * whether it does.
     */
    public static NetworkNamespace currentAs(String name) {
        return new NetworkNamespace(pathOf(name), Syscalls.open(SELF, Syscalls.O_RDONLY, 0));
    }

    /** Whether the name is taken. */
    public static boolean exists(String name) {
        return Files.exists(pathOf(name));
    }

    /**
     * Whether a namespace is bound to the name in this mount namespace; a plain file is not one.
     */
    public static boolean isBound(String name) {
        if (!exists(name)) {
            return false;
        }
        try (NetworkNamespace there = open(name)) {
            return NamespaceThread.in(there, () -> true);
        } catch (SyscallException e) {
            if (e.errno() == Errno.EINVAL || e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Takes the name away, if it is there. The kernel removes the namespace with all its links once
     * no process, socket or handle is in it any more.
     */
    public static void delete(String name) {
        if (Files.exists(pathOf(name))) {
            NetnsDirectory.remove(name);
        }
    }

    /** The names that are taken, sorted. */
    public static List<String> list() {
        try {
            return names(DIRECTORY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> names(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
                files.forEach(file -> names.add(file.getFileName().toString()));
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        }
        Collections.sort(names);
        return names;
    }

    /** Whether {@code name} can name a namespace: one path component of at most 255 bytes. */
    private static Path pathOf(String name) {
        if (name.isEmpty()
                || name.length() > 255
                || name.contains("/")
                || name.equals(".")
                || name.equals("..")) {
            throw new IllegalArgumentException(
                    "\"%s\" cannot name a network namespace".formatted(name));
        }
        return DIRECTORY.resolve(name);
    }

    /**
     * Whether the name leads to this very namespace: it may have been taken away, or given anew.
     */
    public boolean isNamed() {
        try {
            return inode(path) == inode(ownFile());
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long inode(Path file) throws IOException {
        return (long) Files.getAttribute(file, "unix:ino");
    }

    private Path ownFile() {
        return Path.of("/proc/self/fd", Integer.toString(fd()));
    }

    /**
     * Gives the namespace its name again, in the place of whatever has it now. Sockets and links in
     * it are as they were.
     */
    public void restoreName() {
        delete(name());
        makeFile(path);
        MountSyscalls.bind(ownFile().toString(), path.toString());
    }

    /** The file that leads to the namespace. */
    public Path path() {
        return path;
    }

    /** The last component of the path; what {@code ip netns} calls it. */
    public String name() {
        return path.getFileName().toString();
    }

    /** The number by which the kernel tells it from all others that there are now. */
    public long inode() {
        try {
            return inode(ownFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a process that this one sees is in the namespace with that {@link #inode}. */
    public static boolean hasProcesses(long inode) {
        String link = "net:[%d]".formatted(inode);
        return Processes.all().stream()
                .anyMatch(process -> Processes.namespace(process, "net").equals(link));
    }

    /** The open descriptor, valid until {@link #close}. */
    public int fd() {
        if (closed.get()) {
            throw new IllegalStateException(path + " is closed");
        }
        return fd;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Syscalls.close(fd);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
