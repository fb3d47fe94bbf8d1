package io.biplane.bench;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.linux.route.Change;
import io.biplane.linux.route.RouteSocket;
import io.biplane.netip.Addr;
import io.biplane.network.pod.PodId;
import io.biplane.network.pod.PodNetwork;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Setting up a pod's network, beside Debian's CNI plugins {@code bridge} and {@code host-local}
 * (package containernetworking-plugins), both families, one pod after the other. Rounds alternate A
 * B B A. Everything is made in network namespaces of the bench's own. Argument: pods a round.
 */
public final class PodNetworkBench {
    private static final Path PLUGINS = Path.of("/usr/lib/cni");
    private static final String PREFIX = "bench-pod-";

    private PodNetworkBench() {}

    /** Runs the bench as root; prints medians, 99th percentiles and their ratio. */
    public static void main(String[] args) throws Exception {
        int pods = args.length > 0 ? Integer.parseInt(args[0]) : 100;
        Path state = Files.createTempDirectory("biplane-bench-cni");
        NetworkNamespace.delete("bench-node");
        try (NetworkNamespace node = NetworkNamespace.create("bench-node")) {
            try (RouteSocket socket = RouteSocket.open(node)) {
                socket.apply(Change.SetLink.up("lo"));
            }
            List<Long> ours = new ArrayList<>();
            List<Long> cni = new ArrayList<>();
            netlink(node, Math.min(pods, 50), 9); // warms the JVM up
            for (int round = 0; round < 4; round++) {
                boolean first = round == 0 || round == 3;
                if (first) {
                    ours.addAll(netlink(node, pods, round));
                } else {
                    cni.addAll(plugins(node, state, pods / 4, round));
                }
            }
            print("biplane, netlink", ours);
            print("bridge + host-local", cni);
            System.out.printf(
                    "ratio: median %.1f, p99 %.1f%n",
                    percentile(cni, 50) / percentile(ours, 50),
                    percentile(cni, 99) / percentile(ours, 99));
        } finally {
            NetworkNamespace.delete("bench-node");
            try (var files = Files.walk(state)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static List<Long> netlink(NetworkNamespace node, int pods, int round) {
        List<Long> nanos = new ArrayList<>();
        try (KernelEvents events = KernelEvents.start("kernel-events");
                PodNetwork network = PodNetwork.open(node, PREFIX, events, _ -> {})) {
            for (int i = 0; i < pods; i++) {
                PodId pod = new PodId("r" + round, "p" + i, "uid-%d-%d".formatted(round, i));
                List<Addr> addresses = addresses(i);
                long began = System.nanoTime();
                var _ = network.attach(pod, addresses);
                nanos.add(System.nanoTime() - began);
            }
            for (int i = 0; i < pods; i++) {
                network.detach(new PodId("r" + round, "p" + i, "uid-%d-%d".formatted(round, i)));
            }
        }
        return nanos;
    }

    private static List<Addr> addresses(int pod) {
        return List.of(
                Addr.parse("10.77.%d.%d".formatted(pod / 250, 2 + pod % 250)),
                Addr.parse("fd77::" + Integer.toHexString(2 + pod)));
    }

    private static List<Long> plugins(NetworkNamespace node, Path state, int pods, int round)
            throws IOException, InterruptedException {
        String config =
                """
                {"cniVersion":"0.4.0","name":"bench","type":"bridge","bridge":"bench%d","isGateway":true,
                 "ipam":{"type":"host-local","dataDir":"%s","ranges":[[{"subnet":"10.78.0.0/16"}],[{"subnet":"fd78::/64"}]],
                         "routes":[{"dst":"0.0.0.0/0"},{"dst":"::/0"}]}}
                """
                        .formatted(round, state);
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < pods; i++) {
            String name = "bench-cni-%d-%d".formatted(round, i);
            long began = System.nanoTime();
            try (NetworkNamespace pod = NetworkNamespace.create(name)) {
                plugin(node, "ADD", name, pod.path(), config);
            }
            nanos.add(System.nanoTime() - began);
        }
        for (int i = 0; i < pods; i++) {
            String name = "bench-cni-%d-%d".formatted(round, i);
            plugin(node, "DEL", name, NetworkNamespace.DIRECTORY.resolve(name), config);
            NetworkNamespace.delete(name);
        }
        return nanos;
    }

    private static void plugin(
            NetworkNamespace node, String command, String id, Path pod, String config)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(
                                "nsenter",
                                "--net=" + node.path(),
                                PLUGINS.resolve("bridge").toString())
                        .redirectErrorStream(true);
        builder.environment()
                .putAll(
                        Map.of(
                                "CNI_COMMAND",
                                command,
                                "CNI_CONTAINERID",
                                id,
                                "CNI_NETNS",
                                pod.toString(),
                                "CNI_IFNAME",
                                "eth0",
                                "CNI_PATH",
                                PLUGINS.toString()));
        Process process = builder.start();
        try (var stdin = process.getOutputStream()) {
            stdin.write(config.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("%s of the bridge plugin failed: %s".formatted(command, output));
        }
    }

    private static void print(String what, List<Long> nanos) {
        System.out.printf(
                "%-22s n=%d median %.2f ms, p99 %.2f ms%n",
                what, nanos.size(), percentile(nanos, 50) / 1e6, percentile(nanos, 99) / 1e6);
    }

    private static double percentile(List<Long> nanos, int percent) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
    }
}
