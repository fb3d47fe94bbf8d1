package io.biplane.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;

/** One thing measured on the embedded store and on etcd in turn, round after round. */
final class Ratios {
    /** One run. */
    interface Run {
        Latencies measure() throws InterruptedException;
    }

    private final String what;
    private final List<Latencies> biplane = new ArrayList<>();
    private final List<Latencies> etcd = new ArrayList<>();

    Ratios(String what) {
        this.what = what;
    }

    /** One round: A B B A. */
    void add(Run ours, Run theirs) throws InterruptedException {
        run("biplane", ours, biplane);
        run("etcd   ", theirs, etcd);
        run("etcd   ", theirs, etcd);
        run("biplane", ours, biplane);
    }

    private void run(String who, Run run, List<Latencies> into) throws InterruptedException {
        Latencies latencies = run.measure();
        System.out.printf("%s  %s %s%n", what, who, latencies);
        into.add(latencies);
    }

    /** Prints how much better the embedded store was. */
    void print() {
        if (!biplane.isEmpty()) {
            System.out.printf(
                    "%s  %s in throughput, %s in p50, %s in p99%n",
                    what,
                    times(Latencies::perSecond, (ours, theirs) -> ours / theirs),
                    times(Latencies::p50Micros, (ours, theirs) -> theirs / ours),
                    times(Latencies::p99Micros, (ours, theirs) -> theirs / ours));
        }
    }

    private String times(ToDoubleFunction<Latencies> figure, DoubleBinaryOperator ratio) {
        double[] ratios = new double[biplane.size() / 2];
        Arrays.setAll(
                ratios,
                round ->
                        ratio.applyAsDouble(
                                ofRound(biplane, round, figure), ofRound(etcd, round, figure)));
        Arrays.sort(ratios);
        int n = ratios.length;
        return "%.1f x (%.1f to %.1f)"
                .formatted((ratios[(n - 1) / 2] + ratios[n / 2]) / 2, ratios[0], ratios[n - 1]);
    }

    private static double ofRound(
            List<Latencies> all, int round, ToDoubleFunction<Latencies> figure) {
        return all.subList(2 * round, 2 * round + 2).stream()
                .mapToDouble(figure)
                .average()
                .orElseThrow();
    }
}
