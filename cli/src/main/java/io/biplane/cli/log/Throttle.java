package io.biplane.cli.log;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How many lines each source may write: {@link #BURST} at once, and then one in {@link #INTERVAL}.
 * What it writes beyond that is counted. Not safe for use by several threads.
 */
final class Throttle {
    static final int BURST = 200;
    static final Duration INTERVAL = Duration.ofMillis(100);

    private static final class Bucket {
        long tokens = BURST;
        long filledNanos;
        long dropped;

        Bucket(long nowNanos) {
            filledNanos = nowNanos;
        }
    }

    private final Map<String, Bucket> buckets = new HashMap<>();

    /**
     * Whether the source may write a line now.
     *
     * @param nowNanos of a clock that only goes forward
     * @return how many lines of it were dropped since the last one that was written; negative if
     *     this one is to be dropped
     */
    long admit(String source, long nowNanos) {
        Bucket bucket = buckets.computeIfAbsent(source, _ -> new Bucket(nowNanos));
        long earned = (nowNanos - bucket.filledNanos) / INTERVAL.toNanos();
        bucket.tokens = Math.min(BURST, bucket.tokens + earned);
        bucket.filledNanos += earned * INTERVAL.toNanos();
        if (bucket.tokens == 0) {
            bucket.dropped++;
            return -1;
        }
        bucket.tokens--;
        long dropped = bucket.dropped;
        bucket.dropped = 0;
        return dropped;
    }
}
