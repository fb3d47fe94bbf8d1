package io.biplane.bench;

import io.biplane.loop.Await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A whole cluster, as the launcher brings it up: the time until a connection through a Service
 * succeeds in both families, the memory of all processes then, and the time that 500 pods on 10
 * nodes take from apply to all Ready. Arguments: the launcher, a directory for data, rounds of
 * {@code up}. Needs root, and kubectl for the pods.
 */
public final class ClusterBench {
    private static final int PODS = 500;
    private static final List<String> SERVICES = List.of("10.96.0.1", "fd00:10:96::1");

    private final String launcher;
    private final Path directory;

    private ClusterBench(String launcher, Path directory) {
        this.launcher = launcher;
        this.directory = directory;
    }

    /** Runs the bench. */
    public static void main(String[] args) throws Exception {
        ClusterBench bench = new ClusterBench(args[0], Path.of(args[1]).toAbsolutePath());
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
        for (int round = 0; round < rounds; round++) {
            bench.up();
        }
        bench.pods();
    }

    private void up() throws IOException, InterruptedException {
        long began = System.nanoTime();
        biplane("up", "--kubeconfig", directory.resolve("config").toString());
        long returned = System.nanoTime();
        for (String address : SERVICES) {
            awaitConnection(address, 443);
        }
        long connected = System.nanoTime();
        System.out.printf(
                "up: returned after %.2f s, connected in both families after %.2f s, resident %d MiB%n",
                (returned - began) / 1e9, (connected - began) / 1e9, residentBytes() >> 20);
        biplane("down", "--delete");
    }

    private void pods() throws IOException, InterruptedException {
        biplane("up", "--nodes", "10", "--kubeconfig", directory.resolve("config").toString());
        Path manifest = directory.resolve("deployment.json");
        Files.writeString(manifest, deployment());
        long began = System.nanoTime();
        kubectl("apply", "-f", manifest.toString());
        kubectl("rollout", "status", "deployment/bench", "--timeout=120s");
        System.out.printf(
                "%d pods on 10 nodes: all Ready after %.2f s, resident %d MiB%n",
                PODS, (System.nanoTime() - began) / 1e9, residentBytes() >> 20);
        biplane("down", "--delete");
    }

    private static String deployment() {
        return """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"bench"},
         "spec":{"replicas":%d,"selector":{"matchLabels":{"app":"bench"}},
                 "strategy":{"rollingUpdate":{"maxUnavailable":0}},
                 "template":{"metadata":{"labels":{"app":"bench"}},
                             "spec":{"containers":[{"name":"c","image":"agnhost:2.53","args":["netexec"],
                                                    "ports":[{"containerPort":8080}]}]}}}}
        """
                .formatted(PODS);
    }

    private static void awaitConnection(String address, int port) throws InterruptedException {
        Optional<String> amiss =
                Await.within(Duration.ofSeconds(10))
                        .every(Duration.ofMillis(1))
                        .until(() -> {
                            try (Socket socket = new Socket()) {
                                socket.connect(new InetSocketAddress(address, port), 1_000);
                                return "";
                            } catch (IOException e) {
                                return "no connection to %s: %s".formatted(address, e);
                            }
                        });
        if (amiss.isPresent()) {
            throw new IllegalStateException(amiss.get());
        }
    }

    /** The resident memory of the cluster's processes, shared pages counted in each. */
    private long residentBytes() throws IOException {
        long pages = 0;
        try (var files = Files.list(directory.resolve("data/run"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".pid")).toList()) {
                String pid = Files.readString(file).split(" ", -1)[0];
                pages +=
                        Long.parseLong(
                                Files.readString(Path.of("/proc", pid, "statm")).split(" ", -1)[1]);
            }
        }
        return pages * 4096;
    }

    private void biplane(String command, String... more) throws IOException, InterruptedException {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                launcher,
                                command,
                                "--name",
                                "bench",
                                "--data-dir",
                                directory.resolve("data").toString()));
        words.addAll(Arrays.asList(more));
        run(words);
    }

    private void kubectl(String... arguments) throws IOException, InterruptedException {
        List<String> words =
                new ArrayList<>(
                        List.of("kubectl", "--kubeconfig", directory.resolve("config").toString()));
        words.addAll(Arrays.asList(arguments));
        run(words);
    }

    private static void run(List<String> words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("%s failed: %s".formatted(words, output));
        }
    }
}
