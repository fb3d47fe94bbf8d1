package io.biplane.cli.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs other programs and waits for them, with a deadline. */
public final class Programs {
    private static final Duration DEADLINE = Duration.ofMinutes(3);

    private Programs() {}

    /**
     * What a program left behind.
     *
     * @param code its exit code
     * @param output standard output and standard error, mixed
     */
    public record Result(List<String> command, int code, String output) {
        /** The output of a program that must have succeeded. */
        public String succeeded() {
            if (code != 0) {
                throw new AssertionError("%s ended with %d:%n%s".formatted(command, code, output));
            }
            return output;
        }
    }

    public static Result run(String... command) {
        return run(Map.of(), "", command);
    }

    /** Runs {@code command} with more environment variables and something on its standard input. */
    public static Result run(Map<String, String> environment, String input, String... command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process process = builder.start();
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> text(process));
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // it did not want to read all of it, and says why in its output
            }
            if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        "%s did not end within %s".formatted(Arrays.toString(command), DEADLINE));
            }
            return new Result(List.of(command), process.exitValue(), output.join());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + command[0], e);
        }
    }

    private static String text(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The directory of the launcher, wherever the test was started. */
    public static Path projectRoot() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("biplane")) || !Files.exists(at.resolve("cli"))) {
            Path parent = at.getParent();
            if (parent == null) {
                throw new IllegalStateException(
                        "no launcher above " + Path.of("").toAbsolutePath());
            }
            at = parent;
        }
        return at;
    }
}
