package io.biplane.store.embedded;

import java.time.Duration;

/**
 * Sizes of an embedded store.
 *
 * @param cacheBytes values held in memory; others are read from disk when they are wanted
 * @param historyRecords changes kept for watches and reads of the past; older ones are compacted
 *     away
 * @param historyBytes the same, by the size of their values
 * @param historyAge changes older than this are compacted away too
 * @param watchQueue batches that may wait for one listener before its watch is cancelled
 * @param writeQueue transactions that may wait for the disk before others are refused
 * @param progressInterval how often idle watches hear of progress
 */
public record EmbeddedOptions(
        long cacheBytes,
        int historyRecords,
        long historyBytes,
        Duration historyAge,
        int watchQueue,
        int writeQueue,
        Duration progressInterval) {
    public static final EmbeddedOptions DEFAULTS =
            new EmbeddedOptions(
                    32L << 20,
                    100_000,
                    128L << 20,
                    Duration.ofMinutes(5),
                    4096,
                    4096,
                    Duration.ofSeconds(5));

    public EmbeddedOptions {
        if (cacheBytes < 0
                || historyRecords < 1
                || historyBytes < 1
                || watchQueue < 1
                || writeQueue < 1) {
            throw new IllegalArgumentException(
                    "sizes must be positive: cacheBytes=%d historyRecords=%d historyBytes=%d watchQueue=%d writeQueue=%d"
                            .formatted(
                                    cacheBytes,
                                    historyRecords,
                                    historyBytes,
                                    watchQueue,
                                    writeQueue));
        }
        if (!historyAge.isPositive() || !progressInterval.isPositive()) {
            throw new IllegalArgumentException(
                    "durations must be positive: historyAge=%s progressInterval=%s"
                            .formatted(historyAge, progressInterval));
        }
    }

    public EmbeddedOptions withCacheBytes(long bytes) {
        return new EmbeddedOptions(
                bytes,
                historyRecords,
                historyBytes,
                historyAge,
                watchQueue,
                writeQueue,
                progressInterval);
    }

    public EmbeddedOptions withHistory(int records, long bytes, Duration age) {
        return new EmbeddedOptions(
                cacheBytes, records, bytes, age, watchQueue, writeQueue, progressInterval);
    }

    public EmbeddedOptions withQueues(int watch, int write) {
        return new EmbeddedOptions(
                cacheBytes,
                historyRecords,
                historyBytes,
                historyAge,
                watch,
                write,
                progressInterval);
    }

    public EmbeddedOptions withProgressInterval(Duration interval) {
        return new EmbeddedOptions(
                cacheBytes,
                historyRecords,
                historyBytes,
                historyAge,
                watchQueue,
                writeQueue,
                interval);
    }
}
