package io.biplane.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How much memory there is for this process: the machine's, or less where a cgroup allows less. */
public final class Memory {
    private final Path root;

    private Memory(Path root) {
        this.root = root;
    }

    /** Of this process. */
    public static Memory ofThisProcess() {
        return new Memory(Path.of("/"));
    }

    /**
     * @param root in which {@code proc} and {@code sys} are, for a test
     */
    static Memory below(Path root) {
        return new Memory(root);
    }

    /** What all processes together may have, in bytes. */
    public long totalBytes() {
        return Math.min(meminfo("MemTotal:"), cgroupLimit());
    }

    /** What can be had without swapping, in bytes, as far as the machine is concerned. */
    public long availableBytes() {
        return Math.min(meminfo("MemAvailable:"), cgroupLimit());
    }

    private long meminfo(String field) {
        Path file = root.resolve("proc/meminfo");
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.split("\\s+", -1)[1]) * 1024)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(file + " has no " + field));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The lowest limit of the process's cgroup and those above it; {@code Long.MAX_VALUE} if none.
     */
    private long cgroupLimit() {
        return limitFiles().stream().mapToLong(Memory::read).min().orElse(Long.MAX_VALUE);
    }

    /** cgroups(7): {@code 0::/a/b} for version 2, {@code 4:memory:/a/b} for version 1. */
    private List<Path> limitFiles() {
        List<Path> files = new ArrayList<>();
        Path mounts = root.resolve("sys/fs/cgroup");
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && parts[0].equals("0")) {
                addUpwards(files, mounts, parts[2], "memory.max");
            } else if (parts.length == 3 && List.of(parts[1].split(",", -1)).contains("memory")) {
                addUpwards(files, mounts.resolve("memory"), parts[2], "memory.limit_in_bytes");
            }
        }
        return files;
    }

    private static void addUpwards(List<Path> files, Path mount, String path, String name) {
        Path at = mount.resolve(path.substring(1)).normalize();
        while (at != null && at.startsWith(mount)) {
            files.add(at.resolve(name));
            at = at.getParent();
        }
    }

    private static long read(Path file) {
        List<String> lines = lines(file);
        return lines.isEmpty() || !lines.getFirst().matches("\\d{1,18}")
                ? Long.MAX_VALUE // none there, or "max"
                : Long.parseLong(lines.getFirst());
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
