package io.biplane.store.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Reads the whole log, proves that it is what was written, and hands it on: in parallel if it is
 * long.
 */
public final class LogLoad {
    private static final int LEAVES_PER_THREAD = 5_000;
    private static final int MAX_THREADS = 4;

    /** What was loaded. */
    public record Loaded<P>(Anchor anchor, Head.Position end, List<P> parts) {}

    private LogLoad() {}

    /**
     * Loads.
     *
     * @param reader of the same database, which nobody writes
     * @param newPart makes the taker of a contiguous part of the log; parts are in order, and so
     *     are the records of each
     * @throws StoreFileException.Damaged if anything is not what was written
     */
    public static <P extends RecordTaker> Loaded<P> load(
            StoreFiles files, RecordReader reader, Supplier<P> newPart) {
        Anchor anchor = reader.anchor();
        int root = reader.recordRoot();
        try {
            Pages pages = files.openPages();
            int[] leaves = TableScan.leaves(pages, root);
            int most = Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
            int threads = Math.clamp(leaves.length / LEAVES_PER_THREAD, 1, most);
            List<P> parts = new ArrayList<>();
            List<CompletableFuture<ChainCheck>> checks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                P part = newPart.get();
                parts.add(part);
                int from = (int) ((long) leaves.length * i / threads);
                int to = (int) ((long) leaves.length * (i + 1) / threads);
                var check = new ChainCheck(files.database(), anchor, files.acknowledged());
                checks.add(
                        CompletableFuture.supplyAsync(
                                () -> follow(files, pages, leaves, from, to, check, part),
                                threads == 1
                                        ? Runnable::run
                                        : Thread.ofPlatform().name("store-load")::start));
            }
            try {
                reader.checkStructure();
            } finally {
                checks.forEach(check -> check.exceptionally(_ -> null).join()); // none goes on
            }
            var whole = new ChainCheck(files.database(), anchor, files.acknowledged());
            checks.forEach(check -> whole.append(join(check)));
            return new Loaded<>(anchor, whole.end(), parts);
        } catch (IOException e) {
            throw failure(files, e);
        }
    }

    private static ChainCheck follow(
            StoreFiles files,
            Pages pages,
            int[] leaves,
            int from,
            int to,
            ChainCheck check,
            RecordTaker part) {
        try {
            new TableScan(pages, check, part).read(leaves, from, to);
        } catch (IOException e) {
            throw failure(files, e);
        }
        part.end();
        return check;
    }

    private static StoreFileException failure(StoreFiles files, IOException e) {
        return new StoreFileException.Unusable(
                files.database(), "read store", DiskFault.of(files.database(), e), e);
    }

    private static <T> T join(CompletableFuture<T> work) {
        try {
            return work.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
