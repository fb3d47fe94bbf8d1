package io.biplane.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What this very process is: which program it runs, and to which session it belongs. */
public final class ProcessImage {
    private ProcessImage() {}

    /**
     * Becomes another program inside a network namespace, as {@code ip netns exec} does: same
     * process, same terminal, nothing of the JVM left behind.
     *
     * @param program the path of the file
     * @param arguments from argument 0 on
     * @throws SyscallException if the program cannot be run; otherwise it does not return
     */
    public static void replace(
            NetworkNamespace namespace,
            String program,
            List<String> arguments,
            Map<String, String> environment) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment argv = strings(arena, arguments);
            MemorySegment envp =
                    strings(
                            arena,
                            environment.entrySet().stream()
                                    .map(e -> e.getKey() + "=" + e.getValue())
                                    .toList());
            NamespaceThread.in(
                    namespace,
                    () -> {
                        ProcessSyscalls.execve(program, argv, envp);
                        return true;
                    });
        }
    }

    private static MemorySegment strings(Arena arena, List<String> values) {
        MemorySegment pointers = arena.allocate(ADDRESS, values.size() + 1L); // ends with a null
        for (int i = 0; i < values.size(); i++) {
            pointers.setAtIndex(ADDRESS, i, arena.allocateFrom(values.get(i)));
        }
        return pointers;
    }

    /**
     * Opens this process's network namespace for the program that it becomes.
     *
     * @return a path by which that program finds it, wherever it runs
     */
    public static Path keepNamespaceOpen() {
        int fd = Syscalls.openExactly(NetworkNamespace.SELF, Syscalls.O_RDONLY, 0);
        return Path.of("/proc/self/fd", Integer.toString(fd));
    }

    /**
     * Leaves the terminal's session, so that closing it, or Ctrl-C in it, ends this process not.
     */
    public static void leaveSession() {
        ProcessSyscalls.setsid();
    }
}
