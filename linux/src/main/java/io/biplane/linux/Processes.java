package io.biplane.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The processes of this process's pid namespace, and the namespaces that they are in. */
final class Processes {
    private Processes() {}

    /** The directories of all of them below {@code /proc}. */
    static List<Path> all() {
        List<Path> all = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            entries.forEach(all::add);
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The namespace of a kind that a process is in, as {@code readlink} prints it: {@code
     * mnt:[4026531841]}; "" if it has ended or is not ours to look at.
     */
    static String namespace(Path process, String kind) {
        try {
            return Files.readSymbolicLink(process.resolve("ns").resolve(kind)).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
