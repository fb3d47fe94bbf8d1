package io.biplane.store.disk;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Reads the whole log, proves that it is what was written, and hands it on: in parallel if it is
 * long.
 */
public final class LogLoad {
    private static final long RECORDS_PER_THREAD = 20_000;
    private static final int MAX_THREADS = 4;

    /** What was loaded. */
    public record Loaded<P>(Anchor anchor, Head.Position end, List<P> parts) {}

    private LogLoad() {}

    /**
     * Loads.
     *
     * @param reader reads a short log alone; a long one is read by others beside it
     * @param newPart makes the taker of a contiguous part of the log; parts are in order, and so
     *     are the records of each
     * @throws StoreFileException.Damaged if anything is not what was written
     */
    public static <P extends Consumer<StoreRecord>> Loaded<P> load(
            StoreFiles files, RecordReader reader, IntFunction<P> newPart) {
        Anchor anchor = reader.anchor();
        long[] bounds = reader.bounds();
        long span = bounds[1] - bounds[0] + 1;
        int most = Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
        int threads = Math.clamp(span / RECORDS_PER_THREAD, 1, most);
        List<P> parts = new ArrayList<>();
        List<CompletableFuture<ChainCheck>> checks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            P part = newPart.apply(i);
            parts.add(part);
            long from = i == 0 ? Long.MIN_VALUE : bounds[0] + span * i / threads;
            long to = i == threads - 1 ? Long.MAX_VALUE : bounds[0] + span * (i + 1) / threads - 1;
            var check = new ChainCheck(files.database(), anchor, files.acknowledged());
            checks.add(
                    threads == 1
                            ? CompletableFuture.completedFuture(
                                    follow(reader, check, from, to, part))
                            : CompletableFuture.supplyAsync(
                                    () -> followBeside(files, check, from, to, part),
                                    Thread.ofPlatform().name("store-load")::start));
        }
        reader.checkStructure();
        var whole = new ChainCheck(files.database(), anchor, files.acknowledged());
        checks.forEach(check -> whole.append(join(check)));
        return new Loaded<>(anchor, whole.end(), parts);
    }

    private static ChainCheck followBeside(
            StoreFiles files, ChainCheck check, long from, long to, Consumer<StoreRecord> part) {
        try (RecordReader reader = files.newReader()) {
            return follow(reader, check, from, to, part);
        }
    }

    private static ChainCheck follow(
            RecordReader reader, ChainCheck check, long from, long to, Consumer<StoreRecord> part) {
        reader.forEach(
                from,
                to,
                record -> {
                    check.accept(record);
                    part.accept(record);
                });
        return check;
    }

    private static <T> T join(CompletableFuture<T> work) {
        try {
            return work.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
