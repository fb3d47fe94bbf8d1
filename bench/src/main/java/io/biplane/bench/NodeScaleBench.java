package io.biplane.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * How fast new Nodes get both their podCIDRs, with no Services and with 10,000 that have endpoints:
 * API server, embedded store with fsync, all controllers and the scheduler in one JVM with the heap
 * that {@code up} gives it, each run in a JVM of its own ({@link NodeScaleRun}).
 *
 * <p>Arguments: rounds, then one or two {@code label=directory} of a build's jars ({@code
 * cli/target/biplane/lib}). With two, each round runs them A B B A.
 */
public final class NodeScaleBench {
    /** As {@code up} starts the control plane, but with a heap that 10,000 Services do not fill. */
    private static final List<String> JVM =
            List.of(
                    "-Xmx1g",
                    "-XX:ReservedCodeCacheSize=48m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:MinHeapFreeRatio=15",
                    "-XX:MaxHeapFreeRatio=30",
                    "--enable-native-access=ALL-UNNAMED");

    private record Build(String label, Path jars) {
        static Build of(String argument) {
            int equals = argument.indexOf('=');
            return new Build(
                    argument.substring(0, equals), Path.of(argument.substring(equals + 1)));
        }
    }

    private NodeScaleBench() {}

    /** Runs the bench. */
    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[0]);
        List<Build> builds = Stream.of(args).skip(1).map(Build::of).toList();
        List<Build> order = new ArrayList<>(builds);
        if (builds.size() > 1) {
            order.addAll(builds.reversed());
        }
        for (int round = 1; round <= rounds; round++) {
            for (Build build : order) {
                run(round, build);
            }
        }
    }

    private static void run(int round, Build build) throws IOException, InterruptedException {
        Path own =
                Path.of(
                        NodeScaleBench.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath());
        Path directory = Files.createTempDirectory("node-scale");
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        words.addAll(JVM);
        words.addAll(
                List.of(
                        "-cp",
                        own + ":" + build.jars() + "/*",
                        NodeScaleRun.class.getName(),
                        directory.toString()));
        Process process =
                new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader lines = process.inputReader()) {
            lines.lines()
                    .forEach(line ->
                            System.out.printf("round %d %-7s %s%n", round, build.label(), line));
        }
        if (process.waitFor() != 0) {
            throw new IOException(
                    "%s ended with exit code %d".formatted(build.label(), process.exitValue()));
        }
        delete(directory);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
