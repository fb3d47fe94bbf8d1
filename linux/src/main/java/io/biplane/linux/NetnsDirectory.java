package io.biplane.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/**
 * {@code /run/netns}: kept as iproute2 keeps it, and emptied whatever was done to it.
 *
 * <p>iproute2 binds the directory onto itself and shares it before it makes its first name. Whoever
 * had mounted namespaces there before has each of them twice from then on, one mount hidden below
 * the other, and can unmount only the upper one. So the same is done here before the first name.
 */
final class NetnsDirectory {
    private static final String PATH = NetworkNamespace.DIRECTORY.toString();

    private NetnsDirectory() {}

    /**
     * Makes the directory, and a shared mount of it, if that is not so already; under the lock that
     * iproute2 takes for the same. Where somebody's namespaces are mounted in it already it is left
     * as it is: binding it now would put each of them there twice.
     */
    static void prepare() {
        try {
            if (!Files.isDirectory(NetworkNamespace.DIRECTORY)) {
                Files.createDirectories(NetworkNamespace.DIRECTORY);
                // Everybody may list the names, as where iproute2 has made it.
                Files.setPosixFilePermissions(
                        NetworkNamespace.DIRECTORY, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int directory = open(PATH);
        try {
            MountSyscalls.lockExclusively(directory, PATH);
            if (!share() && mountsBelow().isEmpty()) {
                MountSyscalls.bind(PATH, PATH);
                boolean _ = share();
            }
        } finally {
            Syscalls.close(directory);
        }
    }

    private static boolean share() {
        try {
            MountSyscalls.makeShared(PATH);
            return true;
        } catch (SyscallException e) {
            if (e.errno() == Errno.EINVAL) {
                return false; // not a mount
            }
            throw e;
        }
    }

    private static List<String> mountsBelow() {
        try {
            return Files.readAllLines(Path.of("/proc/thread-self/mountinfo")).stream()
                    .map(line -> line.split(" ", -1)[4]) // proc(5): the mount point
                    .filter(point -> point.startsWith(PATH + "/"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int open(String directory) {
        return Syscalls.open(directory, Syscalls.O_RDONLY | Syscalls.O_DIRECTORY, 0);
    }

    /** Removes a name, if it is there, and all that is mounted on it in any mount namespace. */
    static void remove(String name) {
        unmountAll(NetworkNamespace.DIRECTORY.resolve(name));
        removeFrom(NetworkNamespace.DIRECTORY, name);
    }

    /**
     * Removes a name from {@code /run/netns} as another mount namespace has it, and all that is
     * mounted on it there.
     *
     * @param directory a path that leads there
     */
    static void removeFrom(Path directory, String name) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        int fd = open(directory.toString());
        try {
            if (!unlinked(fd, name)) {
                inCopyOfMounts(() -> {
                    uncover(fd, name);
                    return null;
                });
            }
        } finally {
            Syscalls.close(fd);
        }
    }

    private static boolean unlinked(int directory, String name) {
        try {
            MountSyscalls.unlink(directory, name);
            return true;
        } catch (SyscallException e) {
            return switch (e.errno()) {
                case Errno.ENOENT -> true;
                case Errno.EBUSY -> false;
                default -> throw e;
            };
        }
    }

    private static void unmountAll(Path path) {
        while (unmounted(path)) {
            // another mount may have been below
        }
    }

    private static boolean unmounted(Path path) {
        try {
            MountSyscalls.unmount(path.toString());
            return true;
        } catch (SyscallException e) {
            if (e.errno() == Errno.EINVAL || e.errno() == Errno.ENOENT) {
                return false; // a plain file, or nothing
            }
            throw e;
        }
    }

    /**
     * In a mount namespace that nobody else sees: unmounts the name, and what hides further mounts
     * of it, until the name can be removed, by which the kernel detaches it everywhere.
     */
    private static void uncover(int directory, String name) {
        Path path = NetworkNamespace.DIRECTORY.resolve(name);
        while (!unlinked(directory, name)) {
            if (!unmountedFirstOf(path)) {
                throw new SyscallException("unlink", path.toString(), Errno.EBUSY);
            }
        }
    }

    private static boolean unmountedFirstOf(Path path) {
        List<Path> upwards = new ArrayList<>();
        for (Path at = path; at.getParent() != null; at = at.getParent()) {
            upwards.add(at);
        }
        return upwards.stream().anyMatch(NetnsDirectory::unmounted);
    }

    /**
     * Runs {@code work} in a copy of the mount namespace that ends with it. Its thread does not
     * come home, so the one that waits for it is a platform thread: waking a virtual one may start
     * a carrier thread, which would be born in the copy.
     */
    private static void inCopyOfMounts(Callable<Void> work) {
        Void _ =
                NamespaceThread.onNewThread(() -> {
                    FutureTask<Void> task =
                            new FutureTask<>(() -> {
                                Syscalls.unshare(Syscalls.CLONE_NEWNS);
                                MountSyscalls.makeAllPrivate();
                                return work.call();
                            });
                    Thread.ofPlatform().name("mounts").daemon(true).start(task);
                    return NamespaceThread.await(task);
                });
    }
}
