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
 * is deleted again), and which of {@code write, range, watch, churn, start} to run, or nothing for
 * all.
 *
 * <p>Fairness: both fsync before they acknowledge; etcd is spoken to over gRPC on loopback, one
 * connection for each writer, as an API server would; the embedded store is called in the same JVM,
 * as ours does. Runs alternate A B B A.
 */
public final class StoreBench {
    private static final int VALUE_BYTES = 1024;
    private static final int[] WRITERS = {1, 16, 64};
    private static final Duration RUN = Duration.ofSeconds(3);
    private static final int RANGE_KEYS = 10_000;
    private static final int WATCHERS = 1_000;
    private static final int MANY_KEYS = Integer.getInteger("bench.keys", 1_000_000);
    private static int names;

    private StoreBench() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(Path.of(args[0]), "bench");
        Set<String> wanted =
                args.length == 1
                        ? Set.of("write", "range", "watch", "churn", "start")
                        : Set.copyOf(List.of(args).subList(1, args.length));
        try {
            if (wanted.contains("write") || wanted.contains("range")) {
                besideEtcd(directory, wanted);
            }
            if (wanted.contains("watch")) {
                watch(directory.resolve("watch"));
            }
            if (wanted.contains("churn")) {
                churn(directory.resolve("churn"));
            }
            if (wanted.contains("start")) {
                start(directory.resolve("start"));
            }
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
            }
        }
    }

    private static byte[] value() {
        byte[] value = new byte[VALUE_BYTES];
        RandomGenerator.getDefault().nextBytes(value);
        return value;
    }

    private static void besideEtcd(Path directory, Set<String> wanted)
            throws IOException, InterruptedException {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        try (var etcd = new EtcdServer(directory.resolve("etcd"));
                var store = EmbeddedStore.open(directory.resolve("store"))) {
            if (wanted.contains("write")) {
                biplane(store, 16); // warm
                etcd(group, etcd.port, 16);
                for (int writers : WRITERS) {
                    report(writers, "biplane", biplane(store, writers));
                    report(writers, "etcd   ", etcd(group, etcd.port, writers));
                    report(writers, "etcd   ", etcd(group, etcd.port, writers));
                    report(writers, "biplane", biplane(store, writers));
                }
            }
            if (wanted.contains("range")) {
                range(store, group, etcd.port);
            }
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static void report(int writers, String who, Latencies latencies) {
        System.out.printf("create 1 KB, %2d writers  %s %s%n", writers, who, latencies);
    }

    private static Latencies biplane(Store store, int writers) throws InterruptedException {
        byte[] value = value();
        int run = names++;
        return Latencies.measure(
                writers,
                RUN,
                thread ->
                        n -> {
                            if (!(store.commit(
                                            Txn.create(
                                                    "/bench/%d/%d/%d".formatted(run, thread, n),
                                                    value))
                                    instanceof TxnResult.Committed)) {
                                throw new IllegalStateException("the key existed");
                            }
                        });
    }

    private static Latencies etcd(EventLoopGroup group, int port, int writers)
            throws InterruptedException {
        byte[] value = value();
        int run = names++;
        List<EtcdClient> clients = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            clients.add(new EtcdClient(group, port));
        }
        try {
            return Latencies.measure(
                    writers,
                    RUN,
                    thread ->
                            n ->
                                    clients.get(thread)
                                            .create(
                                                    "/bench/%d/%d/%d".formatted(run, thread, n),
                                                    value));
        } finally {
            clients.forEach(EtcdClient::close);
        }
    }

    private static void range(Store store, EventLoopGroup group, int port)
            throws InterruptedException {
        byte[] value = value();
        try (var client = new EtcdClient(group, port)) {
            for (int i = 0; i < RANGE_KEYS; i += Store.MAX_TXN_OPS) {
                List<Op> ops =
                        IntStream.range(i, Math.min(RANGE_KEYS, i + Store.MAX_TXN_OPS))
                                .<Op>mapToObj(n -> new Op.Put("/range/" + n, value))
                                .toList();
                store.commit(new Txn(List.of(), ops));
            }
            for (int i = 0; i < RANGE_KEYS; i++) {
                client.create("/range/" + i, value);
            }
            for (String who : List.of("biplane", "etcd", "etcd", "biplane")) {
                Latencies latencies =
                        Latencies.measure(
                                1,
                                RUN,
                                _ ->
                                        _ -> {
                                            if (who.equals("etcd")) {
                                                client.range("/range/", "/range0");
                                            } else if (store.range(
                                                                    "/range/",
                                                                    Store.prefixEnd("/range/"),
                                                                    0,
                                                                    0)
                                                            .entries()
                                                            .size()
                                                    != RANGE_KEYS) {
                                                throw new IllegalStateException("keys are missing");
                                            }
                                        });
                System.out.printf(
                        "range of %d keys of 1 KB  %-8s %s%n", RANGE_KEYS, who, latencies);
            }
        }
    }

    private static void watch(Path directory) throws InterruptedException {
        try (var store = EmbeddedStore.open(directory)) {
            for (int round = 0; round < 3; round++) {
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
                long[] nanos = new long[50];
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
                        "watch: one change to %d watchers p50 %.2f ms p99 %.2f ms; %.0f deliveries/s%n",
                        WATCHERS,
                        nanos[nanos.length / 2] / 1e6,
                        nanos[nanos.length - 1] / 1e6,
                        WATCHERS * (changes - nanos.length) / seconds);
                for (Watch watch : watches) {
                    watch.close();
                }
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

    private static void churn(Path directory) throws IOException, InterruptedException {
        int keys = 10_000;
        int updates = 400_000;
        byte[] value = value();
        var options = EmbeddedOptions.DEFAULTS.withHistory(20_000, 64 << 20, Duration.ofMinutes(5));
        try (var store = EmbeddedStore.open(directory, options)) {
            List<Thread> writers =
                    IntStream.range(0, 64)
                            .mapToObj(w ->
                                    Thread.startVirtualThread(() -> {
                                        for (int i = w; i < updates; i += 64) {
                                            store.commit(Txn.put("/churn/" + i % keys, value));
                                        }
                                    }))
                            .toList();
            long start = System.nanoTime();
            for (Thread writer : writers) {
                writer.join();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    "churn: %d updates of %d keys of 1 KB, %.0f/s, then %s%n",
                    updates, keys, updates / seconds, sizes(directory, keys));
        }
        System.out.printf("churn: after close %s%n", sizes(directory, keys));
    }

    private static String sizes(Path directory, int keys) throws IOException {
        long database = Files.size(directory.resolve("store.db"));
        Path log = directory.resolve("store.db-wal");
        return "%d MiB on disk, %d MiB log (%d bytes a key, of which 1024 value)"
                .formatted(
                        database >> 20,
                        Files.exists(log) ? Files.size(log) >> 20 : 0,
                        database / keys);
    }

    private static void start(Path directory) {
        byte[] value = value();
        try (var store =
                EmbeddedStore.open(
                        directory,
                        EmbeddedOptions.DEFAULTS.withHistory(
                                1000, 64 << 20, Duration.ofMinutes(5)))) {
            long start = System.nanoTime();
            for (int i = 0; i < MANY_KEYS; i += Store.MAX_TXN_OPS) {
                List<Op> ops =
                        IntStream.range(i, Math.min(MANY_KEYS, i + Store.MAX_TXN_OPS))
                                .<Op>mapToObj(n ->
                                        new Op.Put(
                                                "/registry/core/pods/namespace-%d/pod-%07d"
                                                        .formatted(n % 100, n),
                                                value))
                                .toList();
                store.commit(new Txn(List.of(), ops));
            }
            System.out.printf(
                    "start: %d keys of 1 KB written in %.1f s%n",
                    MANY_KEYS, (System.nanoTime() - start) / 1e9);
        }
        for (int i = 0; i < 4; i++) {
            long start = System.nanoTime();
            try (var store = EmbeddedStore.open(directory)) {
                double seconds = (System.nanoTime() - start) / 1e9;
                System.gc();
                Runtime runtime = Runtime.getRuntime();
                System.out.printf(
                        "start: with %d keys of 1 KB in %.2f s, heap then %d MiB, revision %d%n",
                        MANY_KEYS,
                        seconds,
                        (runtime.totalMemory() - runtime.freeMemory()) >> 20,
                        store.revision());
            }
        }
    }
}
