package io.biplane.store.disk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;

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
     * @param readers makes one for each thread
     * @param newPart makes the taker of a contiguous part of the log; parts are in order, and so
     *     are the records of each
     * @throws StoreFileException.Damaged if anything is not what was written
     */
    public static <P extends Consumer<StoreRecord>> Loaded<P> load(
            StoreFiles files, Supplier<RecordReader> readers, IntFunction<P> newPart) {
        return load(files.database(), files.acknowledged(), readers, newPart);
    }

    static <P extends Consumer<StoreRecord>> Loaded<P> load(
            Path database,
            Head.Position head,
            Supplier<RecordReader> readers,
            IntFunction<P> newPart) {
        try (RecordReader reader = readers.get()) {
            Anchor anchor = reader.anchor();
            long[] bounds = reader.bounds();
            long span = bounds[1] - bounds[0] + 1;
            int threads =
                    Math.clamp(
                            span / RECORDS_PER_THREAD,
                            1,
                            Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors()));
            List<P> parts = new ArrayList<>();
            List<CompletableFuture<ChainCheck>> checks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                P part = newPart.apply(i);
                parts.add(part);
                long from = i == 0 ? Long.MIN_VALUE : bounds[0] + span * i / threads;
                long to =
                        i == threads - 1
                                ? Long.MAX_VALUE
                                : bounds[0] + span * (i + 1) / threads - 1;
                var check = new ChainCheck(database, anchor, head);
                checks.add(start(threads > 1, () -> follow(readers, check, from, to, part)));
            }
            reader.checkStructure();
            var whole = new ChainCheck(database, anchor, head);
            checks.forEach(check -> whole.append(join(check)));
            return new Loaded<>(anchor, whole.end(), parts);
        }
    }

    private static ChainCheck follow(
            Supplier<RecordReader> readers,
            ChainCheck check,
            long from,
            long to,
            Consumer<StoreRecord> part) {
        try (RecordReader reader = readers.get()) {
            reader.forEach(
                    from,
                    to,
                    record -> {
                        check.accept(record);
                        part.accept(record);
                    });
        }
        return check;
    }

    private static <T> CompletableFuture<T> start(boolean parallel, Supplier<T> work) {
        return parallel
                ? CompletableFuture.supplyAsync(work, Thread.ofPlatform().name("store-load")::start)
                : CompletableFuture.supplyAsync(work, Runnable::run);
    }

    private static <T> T join(CompletableFuture<T> work) {
        try {
            return work.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
