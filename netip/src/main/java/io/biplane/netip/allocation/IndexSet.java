package io.biplane.netip.allocation;

import java.math.BigInteger;
import java.util.OptionalLong;

/**
 * A set of unsigned 64-bit numbers kept as disjoint intervals that never touch, so that a million
 * neighbours are one entry. Not thread-safe.
 */
final class IndexSet {
    private static final long MAX = -1; // 2^64 - 1

    private final Intervals intervals = new Intervals();

    /** How many numbers are in the set, from 0 to 2^64. */
    BigInteger size() {
        long size = intervals.covered();
        return size == 0 && !intervals.isEmpty()
                ? BigInteger.ONE.shiftLeft(Long.SIZE)
                : unsigned(size);
    }

    void clear() {
        intervals.clear();
    }

    boolean contains(long index) {
        return containsAny(index, index);
    }

    /** Whether any number from {@code first} to {@code last}, both included, is in the set. */
    boolean containsAny(long first, long last) {
        long below = intervals.floor(last);
        return below != Intervals.NONE && Long.compareUnsigned(intervals.lastOf(below), first) >= 0;
    }

    /**
     * Adds all numbers from {@code first} to {@code last}, both included; those already there stay.
     */
    void add(long first, long last) {
        long from = first;
        long to = last;
        // Swallow every interval that overlaps or touches the new one.
        long below = intervals.floor(to == MAX ? MAX : to + 1);
        while (below != Intervals.NONE && reaches(intervals.lastOf(below), from)) {
            long swallowed = intervals.firstOf(below);
            from = min(from, swallowed);
            to = max(to, intervals.lastOf(below));
            long next = before(swallowed);
            if (next == Intervals.NONE || !reaches(intervals.lastOf(next), from)) {
                intervals.replace(below, from, to);
                return;
            }
            intervals.remove(below);
            below = before(swallowed);
        }
        intervals.insert(from, to);
    }

    /** Whether an interval up to {@code last} overlaps or touches one from {@code first} on. */
    private static boolean reaches(long last, long first) {
        return last == MAX || Long.compareUnsigned(last + 1, first) >= 0;
    }

    /**
     * Removes all numbers from {@code first} to {@code last}, both included; absent ones are no
     * error.
     */
    void remove(long first, long last) {
        long below = intervals.floor(last);
        while (below != Intervals.NONE
                && Long.compareUnsigned(intervals.lastOf(below), first) >= 0) {
            long from = intervals.firstOf(below);
            long to = intervals.lastOf(below);
            boolean leftStays = Long.compareUnsigned(from, first) < 0;
            boolean rightStays = Long.compareUnsigned(to, last) > 0;
            if (leftStays) {
                intervals.replace(below, from, first - 1);
            } else if (rightStays) {
                intervals.replace(below, last + 1, to);
            } else {
                intervals.remove(below);
            }
            if (leftStays && rightStays) {
                intervals.insert(last + 1, to);
            }
            below = before(from);
        }
    }

    /** The interval before the one that begins at {@code first}. */
    private long before(long first) {
        return first == 0 ? Intervals.NONE : intervals.floor(first - 1);
    }

    /**
     * The smallest number from {@code first} to {@code last}, both included, that is not in the
     * set.
     */
    OptionalLong firstAbsent(long first, long last) {
        long below = intervals.floor(first);
        if (below == Intervals.NONE || Long.compareUnsigned(intervals.lastOf(below), first) < 0) {
            return Long.compareUnsigned(first, last) <= 0
                    ? OptionalLong.of(first)
                    : OptionalLong.empty();
        }
        long end = intervals.lastOf(below);
        return Long.compareUnsigned(end, last) < 0
                ? OptionalLong.of(end + 1)
                : OptionalLong.empty();
    }

    /**
     * How many numbers from {@code first} to {@code last}, both included, are not in the set; the
     * two must not span all 2^64.
     */
    long absent(long first, long last) {
        boolean lastAbsent = !contains(last);
        return rank(last) - rank(first) + (lastAbsent ? 1 : 0);
    }

    /**
     * The number with {@code nth} absent ones from {@code first} on below it; there must be one.
     */
    long absentFrom(long first, long nth) {
        return intervals.uncovered(rank(first) + nth);
    }

    /** How many numbers below {@code index} are not in the set. */
    private long rank(long index) {
        return index - intervals.coveredBelow(index);
    }

    private static long min(long a, long b) {
        return Long.compareUnsigned(a, b) <= 0 ? a : b;
    }

    private static long max(long a, long b) {
        return Long.compareUnsigned(a, b) >= 0 ? a : b;
    }

    /** The number that 64 bits spell without a sign. */
    static BigInteger unsigned(long bits) {
        BigInteger signed = BigInteger.valueOf(bits);
        return signed.signum() >= 0 ? signed : signed.add(BigInteger.ONE.shiftLeft(Long.SIZE));
    }
}
