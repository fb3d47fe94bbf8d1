package io.biplane.bench;

import io.biplane.store.Op;
import io.biplane.store.Store;
import io.biplane.store.StoreException;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;
import io.biplane.store.Watch;
import io.biplane.store.WatchBatch;
import io.biplane.store.WatchListener;
import io.biplane.store.embedded.EmbeddedOptions;
import io.biplane.store.embedded.EmbeddedStore;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The embedded store beside etcd. Arguments: a directory on the disk to measure (what is made in it
 * is deleted again); {@code --short} for a run of half a minute instead of some minutes; which of
 * {@code write, range, watch, churn, start} to run, or nothing for all.
 *
 * <p>Fairness: both fsync before they acknowledge; etcd is spoken to over gRPC on loopback, one
 * connection for each writer, as an API server would; the embedded store is called in the same JVM,
 * as ours does. Runs alternate A B B A; each such round has stores of its own, and gives one ratio.
 */
public final class StoreBench {
    private static final Set<String> PARTS = Set.of("write", "range", "watch", "churn", "start");
    private static final int VALUE_BYTES = 1024;
    private static final int[] WRITERS = {1, 16, 64};
    private static final int RANGE_KEYS = 10_000;
    private static final int WATCHERS = 1_000;
    private static final int CHURNED_KEYS = 10_000;

    /** As the control plane of {@code biplane up} runs. */
    private static final List<String> SMALL_JVM =
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx384m");

    private final Path directory;
    private final Set<String> wanted;
    private final Duration run;
    private final int rounds;
    private final int manyKeys;
    private final int updates;
    private int names;

    private StoreBench(Path directory, Set<String> wanted, boolean brief) {
        this.directory = directory;
        this.wanted = wanted;
        run = Duration.ofSeconds(brief ? 1 : 2);
        rounds = brief ? 1 : 4;
        manyKeys = brief ? 100_000 : 1_000_000;
        updates = brief ? 200_000 : 1_200_000;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> words = List.of(args);
        if (words.size() == 2 && words.getFirst().equals("--open")) {
            open(Path.of(words.getLast()));
            return;
        }
        boolean brief = words.contains("--short");
        List<String> parts =
                words.stream().skip(1).filter(word -> !word.equals("--short")).toList();
        if (words.isEmpty() || !PARTS.containsAll(parts)) {
            System.err.println(
                    "usage: StoreBench DIRECTORY [--short] [write|range|watch|churn|start]...");
            System.exit(2);
        }
        Path directory = Files.createTempDirectory(Path.of(words.getFirst()), "bench");
        try {
            new StoreBench(directory, parts.isEmpty() ? PARTS : Set.copyOf(parts), brief).run();
        } finally {
            delete(directory);
        }
    }

    private void run() throws IOException, InterruptedException {
        if (wanted.contains("write") || wanted.contains("range")) {
            besideEtcd();
        }
        if (wanted.contains("watch")) {
            section("watch");
            watch(directory.resolve("watch"));
        }
        if (wanted.contains("churn")) {
            section("churn");
            churn(directory.resolve("churn"));
        }
        if (wanted.contains("start")) {
            section("start");
            start(directory.resolve("start"));
        }
    }

    private static void section(String name) {
        System.out.printf(
                "--- %s (load average %.1f)%n",
                name, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
    }

    private static byte[] value() {
        byte[] value = new byte[VALUE_BYTES];
        RandomGenerator.getDefault().nextBytes(value);
        return value;
    }

    private void besideEtcd() throws IOException, InterruptedException {
        var write = new Ratios[WRITERS.length];
        Arrays.setAll(write, i -> new Ratios("create 1 KB, %2d writers".formatted(WRITERS[i])));
        var range = new Ratios("range of %d keys of 1 KB".formatted(RANGE_KEYS));
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        try {
            for (int round = 0; round < rounds; round++) {
                section("round %d of %d".formatted(round + 1, rounds));
                Path etcdHome = directory.resolve("etcd" + round);
                Path storeHome = directory.resolve("store" + round);
                try (var etcd = new EtcdServer(etcdHome);
                        var store = EmbeddedStore.open(storeHome)) {
                    if (wanted.contains("write")) {
                        biplane(store, 16); // warm
                        etcd(group, etcd.port, 16);
                        for (int i = 0; i < WRITERS.length; i++) {
                            int writers = WRITERS[i];
                            write[i].add(
                                    () -> biplane(store, writers),
                                    () -> etcd(group, etcd.port, writers));
                        }
                    }
                    if (wanted.contains("range")) {
                        range(store, group, etcd.port, range);
                    }
                }
                delete(etcdHome);
                delete(storeHome);
            }
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
        section("ratios of %d rounds: median (least to most)".formatted(rounds));
        Stream.concat(Arrays.stream(write), Stream.of(range)).forEach(Ratios::print);
    }

    private Latencies biplane(Store store, int writers) throws InterruptedException {
        byte[] value = value();
        int name = names++;
        return Latencies.measure(
                writers,
                run,
                thread ->
                        n -> {
                            if (!(store.commit(
                                            Txn.create(
                                                    "/bench/%d/%d/%d".formatted(name, thread, n),
                                                    value))
                                    instanceof TxnResult.Committed)) {
                                throw new IllegalStateException("the key existed");
                            }
                        });
    }

    private Latencies etcd(EventLoopGroup group, int port, int writers)
            throws InterruptedException {
        byte[] value = value();
        int name = names++;
        List<EtcdClient> clients = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            clients.add(new EtcdClient(group, port));
        }
        try {
            return Latencies.measure(
                    writers,
                    run,
                    thread ->
                            n ->
                                    clients.get(thread)
                                            .create(
                                                    "/bench/%d/%d/%d".formatted(name, thread, n),
                                                    value));
        } finally {
            clients.forEach(EtcdClient::close);
        }
    }

    private void range(Store store, EventLoopGroup group, int port, Ratios ratios)
            throws InterruptedException {
        byte[] value = value();
        try (var client = new EtcdClient(group, port)) {
            putAll(store, RANGE_KEYS, n -> "/range/" + n);
            for (int i = 0; i < RANGE_KEYS; i++) {
                client.create("/range/" + i, value);
            }
            ratios.add(
                    () -> Latencies.measure(1, run, _ -> _ -> range(store)),
                    () -> Latencies.measure(1, run, _ -> _ -> client.range("/range/", "/range0")));
        }
    }

    private static void range(Store store) {
        int found = store.range("/range/", Store.prefixEnd("/range/"), 0, 0).entries().size();
        if (found != RANGE_KEYS) {
            throw new IllegalStateException("%d of %d keys".formatted(found, RANGE_KEYS));
        }
    }

    private interface Naming {
        String key(int n);
    }

    private static void putAll(Store store, int keys, Naming naming) {
        byte[] value = value();
        for (int i = 0; i < keys; i += Store.MAX_TXN_OPS) {
            List<Op> ops =
                    IntStream.range(i, Math.min(keys, i + Store.MAX_TXN_OPS))
                            .<Op>mapToObj(n -> new Op.Put(naming.key(n), value))
                            .toList();
            store.commit(new Txn(List.of(), ops));
        }
    }

    private void watch(Path home) throws InterruptedException {
        try (var store = EmbeddedStore.open(home)) {
            for (int round = 0; round < 1 + rounds; round++) {
                int changes = 200;
                var all = new CountDownLatch(WATCHERS * changes);
                List<Watch> watches = new ArrayList<>();
                for (int i = 0; i < WATCHERS; i++) {
                    watches.add(
                            store.watch(
                                    "/watched/",
                                    Store.prefixEnd("/watched/"),
                                    store.revision(),
                                    new Counting(all)));
                }
                byte[] value = value();
                long[] nanos = new long[changes / 2];
                for (int i = 0; i < nanos.length; i++) {
                    long before = all.getCount();
                    long start = System.nanoTime();
                    store.commit(Txn.put("/watched/" + i, value));
                    while (all.getCount() > before - WATCHERS) {
                        Thread.onSpinWait();
                    }
                    nanos[i] = System.nanoTime() - start;
                }
                long start = System.nanoTime();
                for (int i = nanos.length; i < changes; i++) {
                    store.commit(Txn.put("/watched/" + i, value));
                }
                all.await();
                double seconds = (System.nanoTime() - start) / 1e9;
                Arrays.sort(nanos);
                System.out.printf(
                        "one change to %d watchers, write included: p50 %.2f ms p99 %.2f ms; %.0f deliveries/s%n",
                        WATCHERS,
                        nanos[nanos.length / 2] / 1e6,
                        nanos[nanos.length * 99 / 100] / 1e6,
                        WATCHERS * (changes - nanos.length) / seconds);
                watches.forEach(Watch::close);
            }
        }
    }

    private record Counting(CountDownLatch all) implements WatchListener {
        @Override
        public void changed(WatchBatch batch) {
            all.countDown();
        }

        @Override
        public void cancelled(StoreException reason) {
            throw reason;
        }
    }

    /** Updates the same keys over and over: disk and memory must come to a plateau. */
    private void churn(Path home) throws IOException, InterruptedException {
        byte[] value = value();
        int steps = 6;
        int updatesOfStep = updates / steps;
        var options = EmbeddedOptions.DEFAULTS.withHistory(20_000, 64 << 20, Duration.ofMinutes(5));
        try (var store = EmbeddedStore.open(home, options)) {
            for (int step = 0; step < steps; step++) {
                long start = System.nanoTime();
                List<Thread> writers = new ArrayList<>();
                for (int w = 0; w < 64; w++) {
                    int first = w;
                    writers.add(
                            Thread.startVirtualThread(() -> {
                                for (int i = first; i < updatesOfStep; i += 64) {
                                    store.commit(Txn.put("/churn/" + i % CHURNED_KEYS, value));
                                }
                            }));
                }
                for (Thread writer : writers) {
                    writer.join();
                }
                System.out.printf(
                        "after %d updates of %d keys of 1 KB (%.0f/s): %s, %s%n",
                        updatesOfStep * (step + 1),
                        CHURNED_KEYS,
                        updatesOfStep * 1e9 / (System.nanoTime() - start),
                        sizes(home),
                        memory());
            }
        }
        System.out.printf("closed: %s%n", sizes(home));
        EmbeddedStore.shrink(home);
        System.out.printf("after biplane store compact: %s%n", sizes(home));
    }

    private static String sizes(Path home) throws IOException {
        long database = Files.size(home.resolve("store.db"));
        Path log = home.resolve("store.db-wal");
        return "%d MiB on disk (%d bytes a key, of which %d value), log %d MiB"
                .formatted(
                        database >> 20,
                        database / CHURNED_KEYS,
                        VALUE_BYTES,
                        Files.exists(log) ? Files.size(log) >> 20 : 0);
    }

    private static String memory() throws IOException {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
            String resident =
                    status.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow();
            return "live heap %d MiB, resident %d MiB"
                    .formatted(
                            (runtime.totalMemory() - runtime.freeMemory()) >> 20,
                            Long.parseLong(resident.replaceAll("\\D", "")) >> 10);
        }
    }

    private void start(Path home) throws IOException, InterruptedException {
        var options = EmbeddedOptions.DEFAULTS.withHistory(1000, 64 << 20, Duration.ofMinutes(5));
        try (var store = EmbeddedStore.open(home, options)) {
            long start = System.nanoTime();
            putAll(
                    store,
                    manyKeys,
                    n -> "/registry/core/pods/namespace-%d/pod-%07d".formatted(n % 100, n));
            System.out.printf(
                    "%d keys of 1 KB written in %.1f s%n",
                    manyKeys, (System.nanoTime() - start) / 1e9);
        }
        for (List<String> jvm : List.of(List.<String>of(), SMALL_JVM)) {
            for (int i = 0; i < 3; i++) {
                System.out.printf(
                        "opened %d keys in a new process, %s: ",
                        manyKeys, jvm.isEmpty() ? "java's defaults" : String.join(" ", jvm));
                System.out.flush();
                openElsewhere(home, jvm);
            }
        }
        for (int i = 0; i < 4; i++) {
            System.out.printf("opened %d keys in a warm process: ", manyKeys);
            open(home);
        }
    }

    private static void openElsewhere(Path home, List<String> jvm)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreBench.class.getName(),
                        "--open",
                        home.toString()));
        int code = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (code != 0) {
            throw new IllegalStateException("exit code %d: %s".formatted(code, command));
        }
    }

    private static void open(Path home) throws IOException {
        long start = System.nanoTime();
        long cpu = cpuNanos();
        try (var store = EmbeddedStore.open(home)) {
            System.out.printf(
                    "%.2f s (CPU %.2f s), %s, revision %d%n",
                    (System.nanoTime() - start) / 1e9,
                    (cpuNanos() - cpu) / 1e9,
                    memory(),
                    store.revision());
        }
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
