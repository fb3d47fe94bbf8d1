package io.biplane.netip.allocation;

import java.util.Arrays;

/**
 * A sorted list of disjoint intervals of unsigned 64-bit numbers that never touch. They lie in runs
 * of at most {@value #RUN} intervals each, so that finding one is two binary searches, changing one
 * moves little memory, and an interval costs 16 bytes plus the slack of its run. Each run knows how
 * many numbers it covers: counting and finding the n-th absent number is one pass over the runs and
 * one over a single run. A cursor is good until the next change. Not thread-safe.
 */
final class Intervals {
    /** The cursor before the first interval. */
    static final long NONE = -1;

    private static final int RUN = 128;
    private static final int SMALLEST_RUN = 8;

    /** So many intervals of one neighbourhood, sorted. */
    private static final class Run {
        long[] firsts;
        long[] lasts;
        int size;

        Run(int capacity) {
            firsts = new long[capacity];
            lasts = new long[capacity];
        }

        /** The position of the last interval that begins at or below {@code number}, or -1. */
        int floor(long number) {
            return lastAtMost(firsts, size, number);
        }

        void resize(int capacity) {
            firsts = Arrays.copyOf(firsts, capacity);
            lasts = Arrays.copyOf(lasts, capacity);
        }

        void insert(int at, long first, long last) {
            if (size == firsts.length) {
                resize(2 * size);
            }
            System.arraycopy(firsts, at, firsts, at + 1, size - at);
            System.arraycopy(lasts, at, lasts, at + 1, size - at);
            firsts[at] = first;
            lasts[at] = last;
            size++;
        }

        void remove(int at) {
            size--;
            System.arraycopy(firsts, at + 1, firsts, at, size - at);
            System.arraycopy(lasts, at + 1, lasts, at, size - at);
            if (firsts.length > SMALLEST_RUN && size < firsts.length / 4) {
                resize(firsts.length / 2);
            }
        }

        /** Takes over the intervals {@code from..} of another run, behind its own. */
        void append(Run other, int from) {
            int more = other.size - from;
            if (size + more > firsts.length) {
                resize(Math.max(size + more, SMALLEST_RUN));
            }
            System.arraycopy(other.firsts, from, firsts, size, more);
            System.arraycopy(other.lasts, from, lasts, size, more);
            size += more;
        }

        long covered() {
            long covered = 0;
            for (int i = 0; i < size; i++) {
                covered += lasts[i] - firsts[i] + 1;
            }
            return covered;
        }
    }

    /** Of these, the first {@link #count} are in use; no run is empty. */
    private Run[] runs = new Run[1];

    /** Where each run begins. */
    private long[] starts = new long[1];

    /** How many numbers each run covers; modulo 2^64, as all counts here. */
    private long[] covered = new long[1];

    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    void clear() {
        runs = new Run[1];
        starts = new long[1];
        covered = new long[1];
        count = 0;
    }

    long firstOf(long cursor) {
        return runs[run(cursor)].firsts[position(cursor)];
    }

    long lastOf(long cursor) {
        return runs[run(cursor)].lasts[position(cursor)];
    }

    /** The last interval that begins at or below {@code number}, or {@link #NONE}. */
    long floor(long number) {
        int run = lastAtMost(starts, count, number);
        return run < 0 ? NONE : cursor(run, runs[run].floor(number));
    }

    /** The last index of a sorted array's beginning whose value is at most {@code number}. */
    private static int lastAtMost(long[] sorted, int size, long number) {
        // With its upper bit turned over, an unsigned number compares as a signed one.
        long wanted = number ^ Long.MIN_VALUE;
        int base = 0;
        int left = size;
        while (left > 1) {
            // No branch to guess: half of the guesses would be wrong.
            int half = left >>> 1;
            base += (sorted[base + half - 1] ^ Long.MIN_VALUE) <= wanted ? half : 0;
            left -= half;
        }
        boolean lastToo = left == 1 && (sorted[base] ^ Long.MIN_VALUE) <= wanted;
        return lastToo ? base : base - 1;
    }

    /** Puts an interval in that neither overlaps nor touches another one. */
    void insert(long first, long last) {
        int run = Math.max(lastAtMost(starts, count, first), 0);
        if (count == 0) {
            insertRun(0, new Run(SMALLEST_RUN));
        } else if (runs[run].size == RUN) {
            split(run);
            if (Long.compareUnsigned(starts[run + 1], first) <= 0) {
                run++;
            }
        }
        runs[run].insert(runs[run].floor(first) + 1, first, last);
        starts[run] = runs[run].firsts[0];
        covered[run] += last - first + 1;
    }

    void remove(long cursor) {
        int run = run(cursor);
        Run home = runs[run];
        covered[run] -= lastOf(cursor) - firstOf(cursor) + 1;
        home.remove(position(cursor));
        if (home.size == 0) {
            removeRun(run);
            return;
        }
        starts[run] = home.firsts[0];
        // Runs that holes have thinned out are joined, well below what would be split again.
        if (run + 1 < count && home.size + runs[run + 1].size <= RUN / 2) {
            join(run);
        } else if (run > 0 && home.size + runs[run - 1].size <= RUN / 2) {
            join(run - 1);
        }
    }

    /** Replaces an interval by one that neither overlaps nor touches a neighbour of it. */
    void replace(long cursor, long first, long last) {
        int run = run(cursor);
        covered[run] += (last - first) - (lastOf(cursor) - firstOf(cursor));
        runs[run].firsts[position(cursor)] = first;
        runs[run].lasts[position(cursor)] = last;
        starts[run] = runs[run].firsts[0];
    }

    private void split(int run) {
        Run left = runs[run];
        Run right = new Run(RUN);
        right.append(left, RUN / 2);
        left.size = RUN / 2;
        insertRun(run + 1, right);
        covered[run + 1] = right.covered();
        covered[run] -= covered[run + 1];
    }

    private void join(int left) {
        runs[left].append(runs[left + 1], 0);
        covered[left] += covered[left + 1];
        removeRun(left + 1);
    }

    private void insertRun(int at, Run run) {
        if (count == runs.length) {
            runs = Arrays.copyOf(runs, 2 * count);
            starts = Arrays.copyOf(starts, 2 * count);
            covered = Arrays.copyOf(covered, 2 * count);
        }
        System.arraycopy(runs, at, runs, at + 1, count - at);
        System.arraycopy(starts, at, starts, at + 1, count - at);
        System.arraycopy(covered, at, covered, at + 1, count - at);
        count++;
        runs[at] = run;
        starts[at] = run.firsts[0];
        covered[at] = 0;
    }

    private void removeRun(int at) {
        count--;
        System.arraycopy(runs, at + 1, runs, at, count - at);
        System.arraycopy(starts, at + 1, starts, at, count - at);
        System.arraycopy(covered, at + 1, covered, at, count - at);
        runs[count] = runs[0]; // no longer in use; must not keep the removed one alive
    }

    /** How many numbers all intervals cover; 0 both for none and for all 2^64. */
    long covered() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += covered[i];
        }
        return sum;
    }

    /** How many numbers below {@code number} are covered. */
    long coveredBelow(long number) {
        long cursor = floor(number);
        if (cursor == NONE) {
            return 0;
        }
        long sum = 0;
        for (int i = 0; i < run(cursor); i++) {
            sum += covered[i];
        }
        Run run = runs[run(cursor)];
        for (int i = 0; i < position(cursor); i++) {
            sum += run.lasts[i] - run.firsts[i] + 1;
        }
        long first = firstOf(cursor);
        long last = lastOf(cursor);
        return sum + (Long.compareUnsigned(last, number) < 0 ? last + 1 : number) - first;
    }

    /** The number that is not covered and has {@code rank} such numbers below it. */
    long uncovered(long rank) {
        long below = 0; // covered, and below what is looked at
        int run = 0;
        while (run + 1 < count
                && Long.compareUnsigned(starts[run + 1] - below - covered[run], rank) <= 0) {
            below += covered[run++];
        }
        if (run < count) {
            Run home = runs[run];
            for (int i = 0;
                    i < home.size && Long.compareUnsigned(home.firsts[i] - below, rank) <= 0;
                    i++) {
                below += home.lasts[i] - home.firsts[i] + 1;
            }
        }
        return rank + below;
    }

    private static long cursor(int run, int position) {
        return (long) run << 32 | position;
    }

    private static int run(long cursor) {
        return (int) (cursor >>> 32);
    }

    private static int position(long cursor) {
        return (int) cursor;
    }
}
