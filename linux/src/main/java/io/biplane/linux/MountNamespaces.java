package io.biplane.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Names of network namespaces in all mount namespaces of this machine, as far as a process that
 * this one sees is in them. What is mounted at {@code /run/netns} in one need not be in another.
 */
public final class MountNamespaces {
    private static final String KIND = "mnt";

    private MountNamespaces() {}

    /**
     * Takes all names of that kind away, in every mount namespace.
     *
     * @throws SyscallException for one that is left, once all were tried; the others are suppressed
     */
    public static void delete(Predicate<String> names) {
        List<SyscallException> failures = new ArrayList<>();
        for (String name : NetworkNamespace.list().stream().filter(names).toList()) {
            attempt(() -> NetworkNamespace.delete(name), failures);
        }
        for (Path directory : others()) {
            for (String name : listElsewhere(directory).stream().filter(names).toList()) {
                attempt(() -> NetnsDirectory.removeFrom(directory, name), failures);
            }
        }
        if (!failures.isEmpty()) {
            SyscallException first = failures.getFirst();
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    private static void attempt(Runnable removal, List<SyscallException> failures) {
        try {
            removal.run();
        } catch (SyscallException e) {
            failures.add(e);
        }
    }

    /** Whether the name is taken in any mount namespace. */
    public static boolean exists(String name) {
        return NetworkNamespace.exists(name)
                || others().stream().anyMatch(directory -> Files.exists(directory.resolve(name)));
    }

    private static List<String> listElsewhere(Path directory) {
        try {
            return NetworkNamespace.names(directory);
        } catch (IOException e) {
            return List.of(); // the process by which it was to be reached has ended
        }
    }

    /**
     * A file that another mount namespace has at that absolute path.
     *
     * @return a path by way of {@code /proc/<pid>/root}; good while that process lives
     */
    public static Optional<Path> elsewhere(Path file) {
        return roots().stream()
                .map(root -> root.resolve(Path.of("/").relativize(file)))
                .filter(Files::exists)
                .findFirst();
    }

    /**
     * {@code /run/netns} of each mount namespace but this one. A name that is removed there is gone
     * for every mount namespace that has the same file system at that place.
     *
     * @return paths by way of {@code /proc/<pid>/root}; good while that process lives
     */
    private static List<Path> others() {
        return roots().stream()
                .map(root -> root.resolve(Path.of("/").relativize(NetworkNamespace.DIRECTORY)))
                .toList();
    }

    /** The root directory of each mount namespace but this one, by one of its processes. */
    private static List<Path> roots() {
        Set<String> seen =
                new HashSet<>(Set.of("", Processes.namespace(Path.of("/proc/self"), KIND)));
        List<Path> found = new ArrayList<>();
        for (Path process : Processes.all()) {
            if (seen.add(Processes.namespace(process, KIND))) {
                found.add(process.resolve("root"));
            }
        }
        return found;
    }
}
