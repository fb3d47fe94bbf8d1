package io.biplane.cli.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How this very program was started, so that more processes of it can be. */
final class Distribution {
    private Distribution() {}

    /** The {@code java} program and the options that every process of Biplane has. */
    static List<String> java() {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String home = System.getenv("BIPLANE_HOME");
        if (home != null && Files.exists(Path.of(home, "biplane.aot"))) {
            words.add("-XX:AOTCache=" + Path.of(home, "biplane.aot"));
            // A cache that does not fit is a warning on standard output, and no reason to stop.
            words.add("-Xlog:disable");
            words.add("-Xlog:all=error:stderr");
        }
        if (home != null) {
            // Where the driver does not find its library it unpacks it, at each start.
            words.add("-Dorg.sqlite.lib.path=" + Path.of(home, "native"));
        }
        // Small heaps and small stacks: three processes share the machine with the pods. Only the
        // first compiler: the second one costs each of them some two seconds at the start.
        words.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xss512k",
                        "-Xms16m",
                        "-XX:MinHeapFreeRatio=15",
                        "-XX:MaxHeapFreeRatio=30",
                        "-Djava.awt.headless=true",
                        "--enable-native-access=ALL-UNNAMED"));
        return words;
    }

    /** The class path and the main class. */
    static List<String> mainClass() {
        return List.of("-cp", System.getProperty("java.class.path"), "io.biplane.cli.Main");
    }
}
