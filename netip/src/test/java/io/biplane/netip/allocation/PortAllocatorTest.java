package io.biplane.netip.allocation;

import static io.biplane.netip.TransportProtocol.SCTP;
import static io.biplane.netip.TransportProtocol.TCP;
import static io.biplane.netip.TransportProtocol.UDP;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.netip.TransportProtocol;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        assertThat(allocator.occupy(TCP, 30050)).isTrue();
        assertThat(allocator.occupy(TCP, 30050)).isFalse();
        assertThat(allocator.occupy(TCP, 29999)).isFalse();
        Set<Integer> seen = new HashSet<>(Set.of(30050));
        for (int i = 0; i < 99; i++) {
            int port = allocator.choose(Set.of(TCP), Set.of()).orElseThrow();
            assertThat(allocator.occupy(TCP, port)).isTrue();
            assertThat(seen.add(port)).isTrue();
            assertThat(port < 30016).as("port %d as number %d", port, i).isEqualTo(i >= 83);
        }
        assertThat(allocator.choose(Set.of(TCP), Set.of())).isEmpty();
        assertThat(allocator.used(TCP)).isEqualTo(100);
        assertThat(allocator.release(TCP, 30000)).isTrue();
        assertThat(allocator.release(TCP, 30000)).isFalse();
        assertThat(allocator.release(TCP, 30001)).isTrue();
        assertThat(allocator.choose(Set.of(TCP), Set.of(30000))).contains(30001);
        assertThat(allocator.choose(Set.of(TCP), Set.of(30001))).contains(30000);
        assertThat(allocator.choose(Set.of(TCP), Set.of(30000, 30001))).isEmpty();
        allocator.clear();
        assertThat(allocator.used(TCP)).isZero();
    }

    /**
     * 4 numbers above a band of 16: first those that nobody has, then the others, then the band.
     */
    @Test
    void aNumberIsTakenForOneProtocolAndThoseThatAreFreeForAllComeFirst() {
        PortAllocator allocator =
                new PortAllocator(PortRange.parse("30000-30019"), new SplittableRandom(7));
        allocator.occupy(TCP, 30016);
        allocator.occupy(UDP, 30017);
        allocator.occupy(SCTP, 30018);
        assertThat(allocator.choose(Set.of(UDP), Set.of())).contains(30019);
        assertThat(allocator.occupy(UDP, 30019)).isTrue();
        assertThat(allocator.choose(Set.of(TCP, UDP), Set.of())).contains(30018);
        assertThat(allocator.choose(Set.of(UDP), Set.of(30018))).contains(30016);
        assertThat(allocator.choose(Set.of(TCP), Set.of(30017, 30018))).contains(30019);
        allocator.occupy(SCTP, 30000);
        for (int port = 30002; port < 30016; port++) {
            allocator.occupy(TCP, port);
        }
        assertThat(allocator.choose(Set.of(TCP, UDP), Set.of(30018))).contains(30001);
        assertThat(allocator.choose(Set.of(TCP, UDP), Set.of(30018, 30001))).contains(30000);
        assertThat(allocator.choose(Set.of(TCP, UDP), Set.of(30018, 30001, 30000))).isEmpty();
        assertThat(allocator.release(UDP, 30016)).isFalse();
        assertThat(allocator.release(TCP, 30016)).isTrue();
        assertThat(allocator.choose(Set.of(SCTP), Set.of())).contains(30016);
    }

    @Test
    void agreesWithAModelUnderChurn() {
        long seed = Seeds.next();
        SplittableRandom random = new SplittableRandom(seed);
        PortRange range = PortRange.parse("30000-30029");
        PortAllocator allocator = new PortAllocator(range, random.split());
        List<TransportProtocol> all = List.of(TransportProtocol.values());
        Map<TransportProtocol, Set<Integer>> model = new EnumMap<>(TransportProtocol.class);
        all.forEach(protocol -> model.put(protocol, new HashSet<>()));
        for (int step = 0; step < 30_000; step++) {
            String at = "seed %d step %d".formatted(seed, step);
            TransportProtocol protocol = all.get(random.nextInt(3));
            int port = 30000 + random.nextInt(30);
            Set<Integer> mine = model.getOrDefault(protocol, Set.of());
            switch (random.nextInt(3)) {
                case 0 ->
                        assertThat(allocator.occupy(protocol, port))
                                .as(at)
                                .isEqualTo(mine.add(port));
                case 1 ->
                        assertThat(allocator.release(protocol, port))
                                .as(at)
                                .isEqualTo(mine.remove(port));
                default -> {
                    Set<TransportProtocol> wanted =
                            EnumSet.of(protocol, all.get(random.nextInt(3)));
                    Set<Integer> best = best(model, wanted);
                    Optional<Integer> chosen = allocator.choose(wanted, Set.of());
                    assertThat(chosen.isEmpty()).as(at).isEqualTo(best.isEmpty());
                    chosen.ifPresent(c -> assertThat(best).as(at).contains(c));
                }
            }
            assertThat(allocator.used(protocol)).as(at).isEqualTo(mine.size());
        }
    }

    private static Set<Integer> best(
            Map<TransportProtocol, Set<Integer>> taken, Set<TransportProtocol> wanted) {
        for (boolean band : List.of(false, true)) {
            for (Set<TransportProtocol> free : List.of(taken.keySet(), wanted)) {
                Set<Integer> best = new HashSet<>();
                for (int port = band ? 30000 : 30016; port < (band ? 30016 : 30030); port++) {
                    int candidate = port;
                    if (free.stream()
                            .noneMatch(p -> taken.getOrDefault(p, Set.of()).contains(candidate))) {
                        best.add(port);
                    }
                }
                if (!best.isEmpty()) {
                    return best;
                }
            }
        }
        return Set.of();
    }

    @ParameterizedTest
    @CsvSource({"0-10", "5-4", "1-65536", "a-b", "''", "30000-", "-5"})
    void wrongRangesAreRefused(String text) {
        assertThatThrownBy(() -> PortRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
