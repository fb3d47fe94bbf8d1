package io.biplane.netip.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.netip.Prefix;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

class SubnetAllocatorTest {
    private static SubnetAllocator allocator(String cluster, int nodeBits) {
        return new SubnetAllocator(Prefix.parse(cluster), nodeBits);
    }

    private static List<String> take(SubnetAllocator allocator, int count) {
        return Stream.generate(allocator::allocate)
                .limit(count)
                .map(p -> p.map(Prefix::toString).orElse("none"))
                .toList();
    }

    @ParameterizedTest(name = "{0} by /{1}")
    @CsvSource({
        "10.244.0.0/16, 24, 10.244.0.0/24, 10.244.1.0/24, 10.244.2.0/24",
        "fc00::/24, 64, fc00::/64, fc00:0:0:1::/64, fc00:0:0:2::/64",
        "fc00:0:0:100::/56, 72, fc00:0:0:100::/72, fc00:0:0:100:100::/72, fc00:0:0:100:200::/72",
        "fc00::/24, 88, fc00::/88, fc00::100:0:0/88, fc00::200:0:0/88",
        "fc00::/64, 128, fc00::/128, fc00::1/128, fc00::2/128",
        "::/0, 64, ::/64, 0:0:0:1::/64, 0:0:0:2::/64",
        "0.0.0.0/0, 32, 0.0.0.0/32, 0.0.0.1/32, 0.0.0.2/32",
    })
    void blocksComeInSequence(
            String cluster, int nodeBits, String first, String second, String third) {
        assertThat(take(allocator(cluster, nodeBits), 3)).containsExactly(first, second, third);
    }

    @Test
    void theBlockAtTheVeryEndIsFollowedByTheFirst() {
        SubnetAllocator allocator = allocator("ffff::/64", 128);
        allocator.occupy(Prefix.parse("ffff::/65"));
        allocator.occupy(Prefix.parse("ffff::8000:0:0:0/66"));
        allocator.occupy(Prefix.parse("ffff::c000:0:0:0/66"));
        assertThat(allocator.used()).isEqualTo(allocator.capacity());
        allocator.release(Prefix.parse("ffff::ffff:ffff:ffff:ffff/128"));
        allocator.release(Prefix.parse("ffff::8000:0:0:0/128"));
        allocator.release(Prefix.parse("ffff::1/128"));
        assertThat(take(allocator, 4))
                .containsExactly(
                        "ffff::1/128",
                        "ffff::8000:0:0:0/128",
                        "ffff::ffff:ffff:ffff:ffff/128",
                        "none");
    }

    @Test
    void aFreedBlockIsUsedAgainLast() {
        SubnetAllocator allocator = allocator("10.0.0.0/22", 24);
        take(allocator, 2);
        allocator.release(Prefix.parse("10.0.0.0/24"));
        assertThat(take(allocator, 4))
                .containsExactly("10.0.2.0/24", "10.0.3.0/24", "10.0.0.0/24", "none");
    }

    @Test
    void aPrefixOfAnotherLengthTakesEveryBlockThatItTouches() {
        SubnetAllocator allocator = allocator("10.0.0.0/21", 24);
        assertThat(allocator.occupy(Prefix.parse("10.0.0.0/23"))).isTrue();
        assertThat(allocator.occupy(Prefix.parse("10.0.3.128/25"))).isTrue();
        assertThat(take(allocator, 3)).containsExactly("10.0.2.0/24", "10.0.4.0/24", "10.0.5.0/24");
        assertThat(allocator.occupy(Prefix.parse("10.0.0.0/8"))).isTrue();
        assertThat(allocator.allocate()).isEmpty();
        assertThat(allocator.used()).isEqualTo(allocator.capacity());
    }

    @Test
    void reservedBlocksSurviveARelease() {
        SubnetAllocator allocator = allocator("10.0.0.0/22", 24);
        assertThat(allocator.reserve(Prefix.parse("10.0.1.0/28"))).isTrue();
        allocator.occupy(Prefix.parse("10.0.0.0/22"));
        allocator.release(Prefix.parse("10.0.0.0/22"));
        assertThat(allocator.isOccupied(Prefix.parse("10.0.1.0/24"))).isTrue();
        assertThat(allocator.isOccupied(Prefix.parse("10.0.2.0/24"))).isFalse();
        assertThat(take(allocator, 4))
                .containsExactly("10.0.0.0/24", "10.0.2.0/24", "10.0.3.0/24", "none");
    }

    @Test
    void prefixesOutsideAreRefusedAndChangeNothing() {
        SubnetAllocator allocator = allocator("10.0.0.0/16", 24);
        assertThat(allocator.occupy(Prefix.parse("10.1.0.0/24"))).isFalse();
        assertThat(allocator.occupy(Prefix.parse("fd00::/64"))).isFalse();
        assertThat(allocator.reserve(Prefix.parse("192.168.0.0/24"))).isFalse();
        allocator.release(Prefix.parse("10.1.0.0/24"));
        assertThat(allocator.used()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/16, 15", "10.0.0.0/16, 33", "fd00::/64, 129", "fd00::/64, 63"})
    void aNodeLengthOutsideTheClusterPrefixIsRefused(String cluster, int nodeBits) {
        assertThatThrownBy(() -> allocator(cluster, nodeBits))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(cluster)
                .hasMessageContaining("" + nodeBits);
    }

    @ParameterizedTest
    @CsvSource({"fc00::/24, 128, /88", "::/0, 65, /64", "ff00::/8, 73, /72"})
    void moreThan64BitsOfBlocksAreRefusedWithTheRemedy(
            String cluster, int nodeBits, String remedy) {
        assertThatThrownBy(() -> allocator(cluster, nodeBits))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(cluster, "" + nodeBits, "2^64", remedy);
    }

    @Test
    void aHundredThousandNodesInAnEnormousBlockAreDisjoint() {
        SubnetAllocator allocator = allocator("fc00::/24", 64);
        assertThat(allocator.capacity()).isEqualTo(BigInteger.ONE.shiftLeft(40));
        Set<Prefix> seen = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            seen.add(allocator.allocate().orElseThrow());
        }
        assertThat(seen).hasSize(100_000);
    }

    /**
     * Random steps over 64 blocks that straddle the 64-bit boundary, against a plain set; nothing
     * is taken twice or lost.
     */
    @Test
    void agreesWithAModelUnderChurn() {
        long seed = Seeds.next();
        SplittableRandom random = new SplittableRandom(seed);
        SubnetAllocator allocator = allocator("fd00::/61", 67);
        List<Prefix> all = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            all.add(allocator.allocate().orElseThrow());
        }
        assertThat(all).doesNotHaveDuplicates().allMatch(allocator.cluster()::contains);
        Set<Prefix> model = new HashSet<>(all);
        for (int step = 0; step < 10_000; step++) {
            Prefix block = all.get(random.nextInt(64));
            if (random.nextBoolean()) {
                allocator.release(block);
                model.remove(block);
            } else {
                boolean full = model.size() == 64;
                assertThat(allocator.allocate().map(model::add))
                        .as("seed %d step %d", seed, step)
                        .isEqualTo(full ? Optional.empty() : Optional.of(true));
            }
            assertThat(allocator.used().intValueExact())
                    .as("seed %d", seed)
                    .isEqualTo(model.size());
        }
    }
}
