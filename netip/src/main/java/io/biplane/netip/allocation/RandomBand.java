package io.biplane.netip.allocation;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * Random choice of a free number in {@code first..last}, whose lowest {@code band} numbers are kept
 * for explicit requests: they are handed out only when the rest is full (KEP-3070 for cluster IPs,
 * KEP-3668 for node ports). Every free number is equally likely, however the taken ones lie: a few
 * numbers are drawn until one is free, which in all but nearly full ranges is the first or second;
 * where none was, the n-th free number is looked up for a random n. Numbers are unsigned. Not
 * thread-safe.
 */
final class RandomBand {
    private static final int DRAWS = 8;
    static final long[] NOTHING = {};

    private final long first;
    private final long last;
    private final long firstDynamic;
    private final boolean empty;
    private final RandomGenerator random;
    private final IndexSet taken = new IndexSet();

    /**
     * @param last {@code first - 1} if there is no number at all; {@code first..last} must not be
     *     all 2^64 numbers
     * @param band less than 2^63; may be more than there are numbers
     */
    RandomBand(long first, long last, long band, RandomGenerator random) {
        this.first = first;
        this.last = last;
        this.empty = last + 1 == first;
        long size = last - first + 1;
        this.firstDynamic = first + (Long.compareUnsigned(band, size) < 0 ? band : size);
        this.random = random;
    }

    boolean inRange(long index) {
        return !empty
                && Long.compareUnsigned(first, index) <= 0
                && Long.compareUnsigned(index, last) <= 0;
    }

    void freeAll() {
        taken.clear();
    }

    boolean isTaken(long index) {
        return taken.contains(index);
    }

    boolean take(long index) {
        if (taken.contains(index)) {
            return false;
        }
        taken.add(index, index);
        return true;
    }

    /** Takes all numbers from {@code from} to {@code to}, both included. */
    void takeAll(long from, long to) {
        taken.add(from, to);
    }

    boolean free(long index) {
        if (!taken.contains(index)) {
            return false;
        }
        taken.remove(index, index);
        return true;
    }

    BigInteger used() {
        return taken.size();
    }

    BigInteger capacity() {
        return IndexSet.unsigned(last - first + 1);
    }

    /** A free number that is none of {@code except}, and stays free. */
    OptionalLong choose(long[] except) {
        OptionalLong upper = chooseDynamic(except);
        return upper.isPresent() ? upper : chooseStatic(except);
    }

    /** As {@link #choose}, but only above the band. */
    OptionalLong chooseDynamic(long[] except) {
        return firstDynamic == last + 1
                ? OptionalLong.empty()
                : chooseIn(firstDynamic, last, except);
    }

    /** As {@link #choose}, but only in the band. */
    OptionalLong chooseStatic(long[] except) {
        return firstDynamic == first
                ? OptionalLong.empty()
                : chooseIn(first, firstDynamic - 1, except);
    }

    private OptionalLong chooseIn(long from, long to, long[] except) {
        for (int i = 0; i < DRAWS; i++) {
            long drawn = from + upTo(to - from);
            if (!taken.contains(drawn) && !contains(except, drawn)) {
                return OptionalLong.of(drawn);
            }
        }
        return chooseNth(from, to, except);
    }

    private static boolean contains(long[] numbers, long number) {
        for (long each : numbers) {
            if (each == number) {
                return true;
            }
        }
        return false;
    }

    private OptionalLong chooseNth(long from, long to, long[] except) {
        List<Long> added = new ArrayList<>();
        for (long number : except) {
            if (take(number)) {
                added.add(number);
            }
        }
        long absent = taken.absent(from, to);
        OptionalLong chosen =
                absent == 0
                        ? OptionalLong.empty()
                        : OptionalLong.of(taken.absentFrom(from, upTo(absent - 1)));
        added.forEach(this::free);
        return chosen;
    }

    /**
     * Uniform in {@code 0..most}: the bits that this needs are drawn until they are not above it.
     */
    private long upTo(long most) {
        if (most == 0) {
            return 0;
        }
        long mask = -1L >>> Long.numberOfLeadingZeros(most);
        while (true) {
            long drawn = random.nextLong() & mask;
            if (Long.compareUnsigned(drawn, most) <= 0) {
                return drawn;
            }
        }
    }
}
