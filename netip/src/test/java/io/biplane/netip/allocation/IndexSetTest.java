package io.biplane.netip.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeSet;

class IndexSetTest {
    private static final int UNIVERSE = 60;

    /** Random adds and removals, compared after each step with a plain set of all members. */
    @Test
    void behavesLikeASetOfItsMembers() {
        long seed = new Random().nextLong();
        System.out.println("IndexSetTest seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        IndexSet set = new IndexSet();
        TreeSet<Integer> model = new TreeSet<>();
        for (int step = 0; step < 20_000; step++) {
            int first = random.nextInt(UNIVERSE);
            int last = Math.min(UNIVERSE - 1, first + random.nextInt(6));
            boolean adds = random.nextBoolean();
            if (adds) {
                set.add(index(first), index(last));
            } else {
                set.remove(index(first), index(last));
            }
            for (int i = first; i <= last; i++) {
                if (adds) {
                    model.add(i);
                } else {
                    model.remove(i);
                }
            }
            assertThat(set.size()).as("seed %d step %d", seed, step).isEqualTo(index(model.size()));
            int probe = random.nextInt(UNIVERSE);
            int probeLast = probe + random.nextInt(UNIVERSE - probe);
            assertThat(set.contains(index(probe))).isEqualTo(model.contains(probe));
            assertThat(set.containsAny(index(probe), index(probeLast)))
                    .isEqualTo(!model.subSet(probe, true, probeLast, true).isEmpty());
            assertThat(set.firstAbsent(index(probe), index(probeLast)))
                    .as("seed %d step %d", seed, step)
                    .isEqualTo(firstAbsent(model, probe, probeLast));
        }
    }

    private static Optional<BigInteger> firstAbsent(
            NavigableSet<Integer> model, int first, int last) {
        for (int i = first; i <= last; i++) {
            if (!model.contains(i)) {
                return Optional.of(index(i));
            }
        }
        return Optional.empty();
    }

    private static BigInteger index(int i) {
        return BigInteger.valueOf(i);
    }
}
