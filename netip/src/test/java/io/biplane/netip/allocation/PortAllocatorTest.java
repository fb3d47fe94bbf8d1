package io.biplane.netip.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

class PortAllocatorTest {
    @ParameterizedTest
    @CsvSource({
        "30000-32767, 86",
        "30000-30015, 0",
        "30000-30031, 16",
        "30000+4999, 128",
        "30000, 0"
    })
    void theStaticBandIsAThirtySecondWithinItsBounds(String range, int band) {
        assertThat(PortAllocator.staticBand(PortRange.parse(range))).isEqualTo(band);
    }

    @Test
    void everyPortIsHandedOutOnceAndTheBandLast() {
        PortAllocator allocator =
                new PortAllocator(PortRange.parse("30000-30099"), new SplittableRandom(7));
        assertThat(allocator.occupy(30050)).isTrue();
        assertThat(allocator.occupy(30050)).isFalse();
        assertThat(allocator.occupy(29999)).isFalse();
        Set<Integer> seen = new HashSet<>(Set.of(30050));
        for (int i = 0; i < 99; i++) {
            int port = allocator.allocate().orElseThrow();
            assertThat(seen.add(port)).isTrue();
            assertThat(port < 30016).as("port %d as number %d", port, i).isEqualTo(i >= 83);
        }
        assertThat(allocator.allocate()).isEmpty();
        assertThat(allocator.used()).isEqualTo(100);
        assertThat(allocator.release(30000)).isTrue();
        assertThat(allocator.release(30000)).isFalse();
        assertThat(allocator.release(30001)).isTrue();
        assertThat(allocator.choose(Set.of(30000))).contains(30001);
        assertThat(allocator.choose(Set.of(30001))).contains(30000);
        assertThat(allocator.choose(Set.of(30000, 30001))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0-10", "5-4", "1-65536", "a-b", "''", "30000-", "-5"})
    void wrongRangesAreRefused(String text) {
        assertThatThrownBy(() -> PortRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
