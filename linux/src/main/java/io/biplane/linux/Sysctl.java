package io.biplane.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Kernel parameters. Those under {@code net} are per network namespace: the namespace of the thread
 * that opens the file counts.
 */
public final class Sysctl {
    private static final int MAX_VALUE_BYTES = 4096;

    private Sysctl() {}

    /**
     * Sets one parameter in {@code namespace}.
     *
     * @param key with dots, {@code net.ipv4.ip_forward}, or, where a link's name has a dot, with
     *     slashes
     * @throws SyscallException naming the file
     */
    public static void set(NetworkNamespace namespace, String key, String value) {
        setAll(namespace, Map.of(key, value));
    }

    /** Sets several parameters in {@code namespace}, in the order of the map. */
    public static void setAll(NetworkNamespace namespace, Map<String, String> values) {
        Void _ =
                NamespaceThread.in(
                        namespace,
                        () -> {
                            values.forEach(Sysctl::write);
                            return null;
                        });
    }

    /** The value of {@code key} in {@code namespace}, without the final newline. */
    public static String get(NetworkNamespace namespace, String key) {
        return NamespaceThread.in(namespace, () -> read(key));
    }

    /** Sets one parameter in the calling thread's namespace. */
    public static void set(String key, String value) {
        write(key, value);
    }

    /** The value of {@code key} in the calling thread's namespace. */
    public static String get(String key) {
        return read(key);
    }

    private static String pathOf(String key) {
        String path = key.indexOf('/') >= 0 ? key : key.replace('.', '/');
        if (path.startsWith("/") || path.contains("..")) {
            throw new IllegalArgumentException("\"%s\" is not a sysctl key".formatted(key));
        }
        return "/proc/sys/" + path;
    }

    private static String read(String key) {
        String path = pathOf(key);
        int fd = Syscalls.open(path, Syscalls.O_RDONLY, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MAX_VALUE_BYTES);
            int length = Syscalls.read(fd, buffer, path);
            byte[] bytes =
                    buffer.asSlice(0, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
            return new String(bytes, StandardCharsets.UTF_8).stripTrailing();
        } finally {
            Syscalls.close(fd);
        }
    }

    private static void write(String key, String value) {
        String path = pathOf(key);
        int fd = Syscalls.open(path, Syscalls.O_WRONLY, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocateFrom(value + "\n");
            Syscalls.write(fd, buffer, buffer.byteSize() - 1, "%s = %s".formatted(path, value));
        } finally {
            Syscalls.close(fd);
        }
    }
}
