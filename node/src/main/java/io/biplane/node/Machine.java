package io.biplane.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * What a Node says of the machine under it; every node of one machine says the same.
 *
 * @param memoryKib MemTotal
 */
record Machine(
        int cpus,
        long memoryKib,
        long diskBytes,
        String machineId,
        String bootId,
        String kernel,
        String osImage,
        String architecture) {

    static Machine read() {
        try {
            return new Machine(
                    Runtime.getRuntime().availableProcessors(),
                    readMemoryKib(),
                    Files.getFileStore(Path.of("/")).getTotalSpace(),
                    text("/etc/machine-id").orElse(""),
                    text("/proc/sys/kernel/random/boot_id").orElse(""),
                    text("/proc/sys/kernel/osrelease").orElse(""),
                    readOsImage(),
                    goArchitecture());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long readMemoryKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith("MemTotal:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    private static String readOsImage() {
        return text("/etc/os-release").stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith("PRETTY_NAME="))
                .map(line -> line.substring("PRETTY_NAME=".length()).replace("\"", ""))
                .findFirst()
                .orElse("Linux");
    }

    private static Optional<String> text(String file) {
        try {
            return Optional.of(Files.readString(Path.of(file)).strip());
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    /** As Go names it. */
    private static String goArchitecture() {
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return switch (arch) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> arch;
        };
    }
}
