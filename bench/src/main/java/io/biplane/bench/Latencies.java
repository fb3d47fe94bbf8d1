package io.biplane.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/** What many threads measured, doing one thing over and over. */
record Latencies(double perSecond, double p50Micros, double p99Micros) {
    /** One thread's work: told the number of the call. */
    interface Work {
        LongConsumer of(int thread);
    }

    /** Lets each of so many threads do its work for a while. */
    static Latencies measure(int threads, Duration time, Work work) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        long start = System.nanoTime();
        List<long[]> all = new ArrayList<>();
        List<Thread> running =
                IntStream.range(0, threads)
                        .mapToObj(t ->
                                Thread.ofVirtual()
                                        .start(() -> {
                                            long[] mine = loop(work.of(t), end);
                                            synchronized (all) {
                                                all.add(mine);
                                            }
                                        }))
                        .toList();
        for (Thread thread : running) {
            thread.join();
        }
        long took = System.nanoTime() - start;
        long[] nanos = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return new Latencies(
                nanos.length * 1e9 / took,
                nanos[nanos.length / 2] / 1e3,
                nanos[(int) (nanos.length * 0.99)] / 1e3);
    }

    private static long[] loop(LongConsumer call, long end) {
        long[] nanos = new long[1024];
        int n = 0;
        for (long before = System.nanoTime(); before < end; ) {
            call.accept(n);
            long after = System.nanoTime();
            if (n == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * n);
            }
            nanos[n++] = after - before;
            before = after;
        }
        return Arrays.copyOf(nanos, n);
    }

    @Override
    public String toString() {
        return "%8.0f/s  p50 %7.0f us  p99 %7.0f us".formatted(perSecond, p50Micros, p99Micros);
    }
}
