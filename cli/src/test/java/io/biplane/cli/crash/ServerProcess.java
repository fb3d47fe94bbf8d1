package io.biplane.cli.crash;

import io.biplane.cli.it.Programs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code biplane kube-apiserver}, as the launcher starts it. */
final class ServerProcess implements AutoCloseable {
    private static final int START_SECONDS = 60;

    private final Process process;
    private final Queue<String> output = new ConcurrentLinkedQueue<>();

    private ServerProcess(Process process) {
        this.process = process;
    }

    /** The command line, for a data directory and a port of loopback. */
    static List<String> command(Path data, int port, String... flags) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                Programs.projectRoot().resolve("biplane").toString(),
                                "kube-apiserver",
                                "--data-dir=" + data,
                                "--bind-address=127.0.0.1",
                                "--secure-port=" + port,
                                "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112"));
        words.addAll(Arrays.asList(flags));
        return words;
    }

    /** A port that is free now. */
    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it, and returns when it serves. */
    static ServerProcess start(Path data, int port, String... flags) {
        return startUntil("kube-apiserver started", data, port, flags);
    }

    /** Starts it, and returns when it has printed a line with this text. */
    static ServerProcess startUntil(String text, Path data, int port, String... flags) {
        try {
            Process process =
                    new ProcessBuilder(command(data, port, flags))
                            .redirectErrorStream(true)
                            .start();
            var server = new ServerProcess(process);
            var started = new CompletableFuture<Boolean>();
            Thread.ofVirtual().name("server-output").start(() -> server.read(text, started));
            if (!started.get(START_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the server ended: " + server.output());
            }
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the server did not start", e);
        }
    }

    private void read(String text, CompletableFuture<Boolean> started) {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
                if (line.contains(text)) {
                    started.complete(true);
                }
            }
        } catch (IOException e) {
            output.add(e.toString());
        } finally {
            started.complete(false);
        }
    }

    long pid() {
        return process.pid();
    }

    /** What it has printed. */
    String output() {
        return String.join("\n", output);
    }

    /** SIGKILL; returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        if (process.onExit().join().exitValue() != 128 + 9) {
            throw new AssertionError(
                    "ended with %d before it was killed: %s"
                            .formatted(process.exitValue(), output()));
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
