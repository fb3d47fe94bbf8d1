package io.biplane.bench;

import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.AddressAllocator;
import io.biplane.netip.allocation.SubnetAllocator;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Allocation in memory, beside a bitmap in the same run. No arguments; {@code -Dbench.calls} says
 * how many allocations each run times (200,000).
 *
 * <p>One call is: choose a free value, take it, and let a random taken one go, so that the fill
 * stays; taken values lie at random. Runs alternate A B B A. The bitmap has a bit for each value,
 * tries random ones and then takes the next clear bit after a random one; it has 65,536 bits where
 * the range has more than 2^20 values, so that it cannot hand out most of them. It counts in {@code
 * int}, where ours goes from and to addresses.
 */
public final class AllocationBench {
    private static final int CALLS = Integer.getInteger("bench.calls", 200_000);
    private static final int BITMAP_BITS = 1 << 16;
    private static final int LARGEST_BITMAP_BITS = 1 << 20;
    private static final int NODES = 100_000;

    /** What is measured. The values are those that the caller holds. */
    private interface Allocator {
        /** Takes a free value, by the rule of the allocator. */
        long allocate();

        /** Gives one back. */
        void release(long value);

        /** The most that can be taken. */
        long capacity();
    }

    private AllocationBench() {}

    public static void main(String[] args) {
        System.out.printf("%d calls a run, A B B A, nanoseconds%n", CALLS);
        for (String range : List.of("fd00::/112", "fd00::/108", "10.0.0.0/12", "fd00::/64")) {
            Prefix prefix = Prefix.parse(range);
            int hostBits = prefix.family().bits() - prefix.bits();
            long size = hostBits > 20 ? 2_000_000 : 1L << hostBits;
            for (int percent : new int[] {0, 50, 99}) {
                compare(
                        "%-11s %s".formatted(range, hostBits > 20 ? "" : percent + " % full"),
                        () -> new Addresses(prefix),
                        () -> new Bitmap(size <= LARGEST_BITMAP_BITS ? (int) size : BITMAP_BITS),
                        hostBits > 20 ? size * percent / 200 : size * percent / 100);
            }
        }
        Prefix cluster = Prefix.parse("fc00::/24");
        compare(
                "nodes in fc00::/24 by /64",
                () -> new Subnets(cluster),
                () -> new Bitmap(BITMAP_BITS),
                NODES);
    }

    private interface Factory {
        Allocator make();
    }

    private static void compare(String what, Factory ours, Factory bitmaps, long taken) {
        Filled a = new Filled(ours, taken);
        Filled b = new Filled(bitmaps, taken);
        for (int warm = 0; warm < 2; warm++) {
            a.run();
            b.run();
        }
        long[] first = a.run();
        long[] second = b.run();
        long[] third = b.run();
        long[] fourth = a.run();
        report(what, "biplane", a, first, fourth);
        report(what, "bitmap ", b, second, third);
        System.out.printf(
                "%-28s ratio   of means %.2f%n",
                what, mean(concat(first, fourth)) / mean(concat(second, third)));
    }

    private static void report(String what, String who, Filled filled, long[] one, long[] two) {
        long[] all = concat(one, two);
        Arrays.sort(all);
        System.out.printf(
                "%-28s %s taken %,9d  p50 %6d  p99 %6d  mean %6.0f (%.0f, %.0f)  %s%n",
                what,
                who,
                filled.count,
                all[all.length / 2],
                all[all.length * 99 / 100],
                mean(all),
                mean(one),
                mean(two),
                filled.count == 0
                        ? ""
                        : "%.2f bytes per taken value"
                                .formatted((double) filled.bytes / filled.count));
    }

    private static long[] concat(long[] one, long[] two) {
        long[] all = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, all, one.length, two.length);
        return all;
    }

    private static double mean(long[] nanos) {
        return Arrays.stream(nanos).average().orElse(0);
    }

    /** An allocator with so many values taken, or as many as it has. */
    private static final class Filled {
        private final SplittableRandom random = new SplittableRandom(42);
        private final Allocator allocator;
        private final long[] values;
        private final int count;
        private final long bytes;

        Filled(Factory factory, long wanted) {
            values = new long[(int) wanted + 1];
            long before = usedBytes();
            allocator = factory.make();
            // One stays free, to be taken and given back.
            count = (int) Math.min(wanted, allocator.capacity() - 1);
            for (int i = 0; i < count; i++) {
                values[i] = allocator.allocate();
            }
            bytes = usedBytes() - before;
        }

        private static long usedBytes() {
            Runtime runtime = Runtime.getRuntime();
            return IntStream.range(0, 4)
                    .mapToLong(i -> {
                        System.gc();
                        return runtime.totalMemory() - runtime.freeMemory();
                    })
                    .min()
                    .orElseThrow();
        }

        long[] run() {
            long[] nanos = new long[CALLS];
            for (int i = 0; i < CALLS; i++) {
                int gone = random.nextInt(count + 1);
                long start = System.nanoTime();
                values[count] = allocator.allocate();
                allocator.release(values[gone]);
                nanos[i] = System.nanoTime() - start;
                values[gone] = values[count];
            }
            return nanos;
        }
    }

    private static final class Addresses implements Allocator {
        private final AddressAllocator allocator;
        private final Addr network;

        Addresses(Prefix range) {
            allocator = new AddressAllocator(range, new SplittableRandom(7));
            network = range.network();
        }

        @Override
        public long allocate() {
            Addr chosen = allocator.choose(Set.of()).orElseThrow();
            if (!allocator.occupy(chosen)) {
                throw new IllegalStateException(chosen + " was not free");
            }
            return chosen.low();
        }

        @Override
        public void release(long low) {
            if (!allocator.release(new Addr(network.family(), network.high(), low))) {
                throw new IllegalStateException("not taken: " + Long.toHexString(low));
            }
        }

        @Override
        public long capacity() {
            return allocator.capacity().min(BigInteger.valueOf(Long.MAX_VALUE)).longValue();
        }
    }

    /** By next fit, as node blocks are handed out. */
    private static final class Subnets implements Allocator {
        private final SubnetAllocator allocator;

        Subnets(Prefix cluster) {
            allocator = new SubnetAllocator(cluster, 64);
        }

        @Override
        public long allocate() {
            return allocator.cluster().indexOf(allocator.allocate().orElseThrow());
        }

        @Override
        public void release(long block) {
            allocator.release(allocator.cluster().subnet(64, block));
        }

        @Override
        public long capacity() {
            return allocator.capacity().longValue();
        }
    }

    /** The alternative. */
    private static final class Bitmap implements Allocator {
        private static final int PROBES = 16;
        private final SplittableRandom random = new SplittableRandom(7);
        private final long[] words;
        private final int size;

        Bitmap(int size) {
            this.size = size;
            this.words = new long[size / Long.SIZE];
        }

        @Override
        public synchronized long allocate() {
            int bit = random.nextInt(size);
            for (int i = 0; i < PROBES && (words[bit >> 6] >> bit & 1) == 1; i++) {
                bit = random.nextInt(size);
            }
            int word = bit >> 6;
            long free = ~words[word] & -1L << bit;
            for (int i = 0; free == 0 && i <= words.length; i++) {
                word = (word + 1) % words.length;
                free = ~words[word];
            }
            words[word] |= Long.lowestOneBit(free);
            return word * 64L + Long.numberOfTrailingZeros(free);
        }

        @Override
        public synchronized void release(long bit) {
            words[(int) bit >> 6] &= ~(1L << bit);
        }

        @Override
        public long capacity() {
            return size;
        }
    }
}
