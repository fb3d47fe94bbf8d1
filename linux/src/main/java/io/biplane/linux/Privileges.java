package io.biplane.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the calling thread may do. */
public final class Privileges {
    /** The capabilities that Biplane needs; the numbers are bits (linux/capability.h). */
    public enum Capability {
        NET_BIND_SERVICE(10),
        NET_ADMIN(12),
        NET_RAW(13),
        SYS_ADMIN(21),
        SYS_RESOURCE(24);

        private final int bit;

        Capability(int bit) {
            this.bit = bit;
        }
    }

    private Privileges() {}

    /** Whether the effective user is root. */
    public static boolean isRoot() {
        return status("Uid:").split("\\s+", -1)[1].equals("0");
    }

    /** Whether the capability is among the effective ones. */
    public static boolean has(Capability capability) {
        long effective = Long.parseUnsignedLong(status("CapEff:"), 16);
        return (effective >>> capability.bit & 1) == 1;
    }

    private static String status(String field) {
        Path file = Path.of("/proc/thread-self/status");
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(field))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(file + " has no " + field))
                    .substring(field.length())
                    .strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
