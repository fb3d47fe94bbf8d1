package io.biplane.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

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
        try {
            Files.createDirectories(DIRECTORY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Syscalls.close(
                Syscalls.open(
                        path.toString(),
                        Syscalls.O_RDONLY | Syscalls.O_CREAT | Syscalls.O_EXCL,
                        0));
        try {
            return NamespaceThread.onNewThread(() -> {
                Syscalls.unshare(Syscalls.CLONE_NEWNET);
                Syscalls.bindMount(SELF, path.toString());
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

    /** Whether the name is taken. */
    public static boolean exists(String name) {
        return Files.exists(pathOf(name));
    }

    /**
     * Takes the name away, if it is there. The kernel removes the namespace with all its links once
     * no process, socket or handle is in it any more.
     */
    public static void delete(String name) {
        Path path = pathOf(name);
        if (!Files.exists(path)) {
            return;
        }
        try {
            Syscalls.unmount(path.toString());
        } catch (SyscallException e) {
            if (e.errno() != Errno.EINVAL && e.errno() != Errno.ENOENT) {
                throw e; // EINVAL: a plain file, left by a process that died while it made it
            }
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names that are taken, sorted. */
    public static List<String> list() {
        if (!Files.isDirectory(DIRECTORY)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
            return inode(path).equals(inode(ownFile()));
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object inode(Path file) throws IOException {
        return Files.getAttribute(file, "unix:ino");
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
        Syscalls.close(
                Syscalls.open(
                        path.toString(),
                        Syscalls.O_RDONLY | Syscalls.O_CREAT | Syscalls.O_EXCL,
                        0));
        Syscalls.bindMount(ownFile().toString(), path.toString());
    }

    /** The file that leads to the namespace. */
    public Path path() {
        return path;
    }

    /** The last component of the path; what {@code ip netns} calls it. */
    public String name() {
        return path.getFileName().toString();
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
