package io.biplane.netip.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;

class RandomBandTest {
    private static RandomBand band(long first, long last, long band, long seed) {
        return new RandomBand(first, last, band, new SplittableRandom(seed));
    }

    /**
     * Random steps over 40 numbers at the edges of the signed and of all numbers, against a set.
     */
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 7", "9223372036854775788, 5", "-40, 16", "-40, 40", "-40, 99"})
    void agreesWithAModelUnderChurn(long first, long size) {
        long seed = Seeds.next();
        SplittableRandom random = new SplittableRandom(seed);
        RandomBand band = band(first, first + 39, size, seed);
        Set<Long> taken = new HashSet<>();
        for (int step = 0; step < 20_000; step++) {
            long number = first + random.nextInt(40);
            String at = "seed %d step %d".formatted(seed, step);
            switch (random.nextInt(3)) {
                case 0 -> assertThat(band.take(number)).as(at).isEqualTo(taken.add(number));
                case 1 -> assertThat(band.free(number)).as(at).isEqualTo(taken.remove(number));
                default -> {
                    long[] except =
                            random.longs(random.nextInt(30), 0, 40).map(i -> first + i).toArray();
                    OptionalLong chosen = band.choose(except);
                    checkChoice(chosen, first, size, taken, except, at);
                }
            }
            assertThat(band.isTaken(number)).as(at).isEqualTo(taken.contains(number));
            assertThat(band.used()).as(at).isEqualTo(BigInteger.valueOf(taken.size()));
            assertThat(band.inRange(number)).isTrue();
        }
        assertThat(band.inRange(first + 40)).isFalse();
        assertThat(band.inRange(first - 1)).isFalse();
    }

    private static void checkChoice(
            OptionalLong chosen, long first, long band, Set<Long> taken, long[] except, String at) {
        Set<Long> gone = new HashSet<>(taken);
        Arrays.stream(except).forEach(gone::add);
        boolean dynamicLeft = false;
        for (long i = band; i < 40; i++) {
            dynamicLeft |= !gone.contains(first + i);
        }
        assertThat(chosen.isEmpty()).as(at).isEqualTo(gone.size() == 40);
        if (chosen.isPresent()) {
            long offset = chosen.getAsLong() - first;
            assertThat(offset).as(at).isBetween(dynamicLeft ? band : 0L, 39L);
            assertThat(gone).as(at).doesNotContain(chosen.getAsLong());
        }
    }

    /** What is taken lies in clusters, so that the next free number after one is no fair choice. */
    @ParameterizedTest
    @CsvSource({"0, 10", "0, 90", "9223372036854775000, 90", "-2000, 90", "-2000, 98"})
    void everyFreeNumberIsEquallyLikely(long first, int percent) {
        long seed = Seeds.next();
        RandomBand band = band(first, first + 1999, 0, seed);
        int free = 2000 - 20 * percent;
        // All free numbers but one lie at the end; the one has most of the taken ones before it.
        long lonely = first + 15L * percent;
        band.takeAll(first, first + 20L * percent);
        band.free(lonely);
        int draws = 200 * free;
        int[] seen = new int[2000];
        for (int i = 0; i < draws; i++) {
            seen[(int) (band.choose(RandomBand.NOTHING).orElseThrow() - first)]++;
        }
        double chiSquared = 0;
        int cells = 0;
        for (int i = 0; i < 2000; i++) {
            if (band.isTaken(first + i)) {
                assertThat(seen[i]).as("seed %d", seed).isZero();
            } else {
                chiSquared += (seen[i] - 200.0) * (seen[i] - 200.0) / 200.0;
                cells++;
            }
        }
        assertThat(cells).isEqualTo(free);
        // Chi-squared with d degrees of freedom: exceeded less than once in 10^8 (Laurent and
        // Massart, x = 21).
        double most = (cells - 1) + 2 * Math.sqrt(21.0 * (cells - 1)) + 2 * 21;
        assertThat(chiSquared).as("seed %d", seed).isLessThan(most);
    }

    @Test
    void theWholeOfAnEnormousRangeIsDrawnFrom() {
        long seed = Seeds.next();
        RandomBand band = band(1, -1, 256, seed);
        int[] quarters = new int[4];
        for (int i = 0; i < 4_000; i++) {
            quarters[(int) (band.choose(RandomBand.NOTHING).orElseThrow() >>> 62)]++;
        }
        // 1,000 each with a standard deviation of 27.
        assertThat(Arrays.stream(quarters).boxed())
                .as("seed %d", seed)
                .allMatch(n -> n > 800 && n < 1_200);
        band.takeAll(1, Long.MAX_VALUE);
        band.takeAll(Long.MIN_VALUE + 1, -2);
        assertThat(band.choose(RandomBand.NOTHING).orElseThrow()).isIn(Long.MIN_VALUE, -1L);
        assertThat(band.choose(new long[] {-1})).hasValue(Long.MIN_VALUE);
        band.take(Long.MIN_VALUE);
        assertThat(band.choose(RandomBand.NOTHING)).hasValue(-1);
        band.take(-1);
        assertThat(band.choose(RandomBand.NOTHING)).isEmpty();
        assertThat(band.used()).isEqualTo(band.capacity());
        band.free(7);
        assertThat(band.choose(RandomBand.NOTHING)).as("in the band").hasValue(7);
    }

    @Test
    void aRangeWithoutNumbersGivesNone() {
        RandomBand band = band(1, 0, 0, 1);
        assertThat(band.capacity()).isZero();
        assertThat(band.inRange(0)).isFalse();
        assertThat(band.inRange(1)).isFalse();
        assertThat(band.choose(RandomBand.NOTHING)).isEmpty();
    }
}
