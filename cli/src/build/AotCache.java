import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Makes {@code <dist>/biplane.aot} by running the hidden command {@code warm-up} of the program in
 * {@code <dist>/lib}. Fails the build when the cache cannot be made: without it every start is a
 * second slower, silently.
 */
public final class AotCache {
    public static void main(String[] args) throws Exception {
        Path dist = Path.of(args[0]);
        Path cache = dist.resolve("biplane.aot");
        Files.deleteIfExists(cache);
        String classPath;
        try (var jars = Files.list(dist.resolve("lib"))) {
            classPath =
                    jars.filter(jar -> jar.toString().endsWith(".jar"))
                            .sorted() // as the shell sorts them in the launcher
                            .map(Path::toString)
                            .collect(Collectors.joining(File.pathSeparator));
        }
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:AOTCacheOutput=" + cache,
                                "-XX:+UseSerialGC",
                                "-Xmx512m",
                                "-Xlog:disable",
                                "-Xlog:all=error:stderr",
                                "--enable-native-access=ALL-UNNAMED",
                                "-Dorg.sqlite.lib.path=" + dist.resolve("native"),
                                "-cp",
                                classPath,
                                "io.biplane.cli.Main",
                                "warm-up"));
        // The launcher compares its sources with this file.
        Files.deleteIfExists(dist.resolve("built"));
        Process process = new ProcessBuilder(command).inheritIO().start();
        int code = process.waitFor();
        if (code != 0 || !Files.exists(cache)) {
            throw new IllegalStateException(
                    "the AOT training run failed with exit code " + code + ": " + command);
        }
        Files.createFile(dist.resolve("built"));
    }
}
