package io.biplane.netip.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeSet;

class IndexSetTest {
    private static final int UNIVERSE = 60;

    /**
     * Random adds and removals, compared after each step with a plain set of all members; where
     * numbers begin, where they leave the signed ones, and where they end.
     */
    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 30, -1L - (UNIVERSE - 1)})
    void behavesLikeASetOfItsMembers(long base) {
        long seed = Seeds.next();
        SplittableRandom random = new SplittableRandom(seed);
        IndexSet set = new IndexSet();
        TreeSet<Integer> model = new TreeSet<>();
        for (int step = 0; step < 20_000; step++) {
            int first = random.nextInt(UNIVERSE);
            int last = Math.min(UNIVERSE - 1, first + random.nextInt(6));
            boolean adds = random.nextBoolean();
            if (adds) {
                set.add(base + first, base + last);
            } else {
                set.remove(base + first, base + last);
            }
            for (int i = first; i <= last; i++) {
                if (adds) {
                    model.add(i);
                } else {
                    model.remove(i);
                }
            }
            String at = "base %d seed %d step %d".formatted(base, seed, step);
            assertThat(set.size()).as(at).isEqualTo(BigInteger.valueOf(model.size()));
            int probe = random.nextInt(UNIVERSE);
            int probeLast = probe + random.nextInt(UNIVERSE - probe);
            NavigableSet<Integer> between = model.subSet(probe, true, probeLast, true);
            assertThat(set.contains(base + probe)).as(at).isEqualTo(model.contains(probe));
            assertThat(set.containsAny(base + probe, base + probeLast))
                    .as(at)
                    .isEqualTo(!between.isEmpty());
            assertThat(set.firstAbsent(base + probe, base + probeLast))
                    .as(at)
                    .isEqualTo(nthAbsent(model, base, probe, probeLast, 0));
            int absent = probeLast - probe + 1 - between.size();
            assertThat(set.absent(base + probe, base + probeLast)).as(at).isEqualTo(absent);
            if (absent > 0) {
                int nth = random.nextInt(absent);
                assertThat(OptionalLong.of(set.absentFrom(base + probe, nth)))
                        .as(at)
                        .isEqualTo(nthAbsent(model, base, probe, probeLast, nth));
            }
        }
    }

    private static OptionalLong nthAbsent(
            NavigableSet<Integer> model, long base, int first, int last, int nth) {
        int left = nth;
        for (int i = first; i <= last; i++) {
            if (!model.contains(i) && left-- == 0) {
                return OptionalLong.of(base + i);
            }
        }
        return OptionalLong.empty();
    }

    /** So many intervals that runs are split, thinned out and joined again. */
    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 10_000, -1L - 19_999})
    void manyIntervalsAreFoundAgain(long base) {
        long seed = Seeds.next();
        SplittableRandom random = new SplittableRandom(seed);
        int universe = 20_000;
        IndexSet set = new IndexSet();
        BitSet model = new BitSet(universe);
        List<Integer> chances = List.of(50, 90, 5, 97, 1, 50);
        for (int step = 0; step < 240_000; step++) {
            int number = random.nextInt(universe);
            boolean adds = random.nextInt(100) < chances.get(step / 40_000);
            if (adds) {
                set.add(base + number, base + number);
            } else {
                set.remove(base + number, base + number);
            }
            model.set(number, adds);
            if (step % 20_000 == 0) {
                checkAll(set, model, base, universe, seed);
            }
        }
        checkAll(set, model, base, universe, seed);
        set.remove(base, base + universe - 1);
        assertThat(set.size()).isZero();
    }

    private static void checkAll(IndexSet set, BitSet model, long base, int universe, long seed) {
        BitSet found = new BitSet(universe);
        List<Long> absent = new ArrayList<>();
        for (int i = 0; i < universe; i++) {
            found.set(i, set.contains(base + i));
            if (!model.get(i)) {
                absent.add(base + i);
            }
        }
        assertThat(found).as("seed %d", seed).isEqualTo(model);
        assertThat(set.size()).as("seed %d", seed).isEqualTo(model.cardinality());
        long counted = set.absent(base, base + universe - 1);
        assertThat(counted).as("seed %d", seed).isEqualTo(absent.size());
        for (int nth = 0; nth < absent.size(); nth += 7) {
            assertThat(set.absentFrom(base, nth)).as("seed %d", seed).isEqualTo(absent.get(nth));
        }
    }

    @Test
    void allNumbersFitAndAreCounted() {
        IndexSet set = new IndexSet();
        set.add(0, -1);
        assertThat(set.size()).isEqualTo(BigInteger.ONE.shiftLeft(64));
        assertThat(set.firstAbsent(0, -1)).isEmpty();
        set.remove(Long.MIN_VALUE, Long.MIN_VALUE);
        assertThat(set.firstAbsent(0, -1)).hasValue(Long.MIN_VALUE);
        assertThat(set.absentFrom(0, 0)).isEqualTo(Long.MIN_VALUE);
        assertThat(set.size()).isEqualTo(BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE));
        set.remove(-1, -1);
        assertThat(set.firstAbsent(Long.MIN_VALUE + 1, -1)).hasValue(-1);
        assertThat(set.absent(1, -1)).isEqualTo(2);
        set.add(Long.MIN_VALUE, -1);
        assertThat(set.size()).isEqualTo(BigInteger.ONE.shiftLeft(64));
    }
}
