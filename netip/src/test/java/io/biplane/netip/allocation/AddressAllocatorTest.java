package io.biplane.netip.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

class AddressAllocatorTest {
    private static AddressAllocator allocator(String range, long seed) {
        return new AddressAllocator(Prefix.parse(range), new SplittableRandom(seed));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "10.0.0.0/24, 254, 16, 10.0.0.1, 10.0.0.254",
        "10.0.0.0/20, 4094, 256, 10.0.0.1, 10.0.15.254",
        "10.0.0.0/28, 14, 0, 10.0.0.1, 10.0.0.14",
        "10.0.0.0/29, 6, 0, 10.0.0.1, 10.0.0.6",
        "10.0.0.0/30, 2, 0, 10.0.0.1, 10.0.0.2",
        "fd00::/120, 255, 16, fd00::1, fd00::ff",
        "fd00::/124, 15, 0, fd00::1, fd00::f",
        "fd00::/127, 1, 0, fd00::1, fd00::1",
        "::/120, 255, 16, ::1, ::ff",
        "0:0:0:1::/118, 1023, 64, 0:0:0:1::1, 0:0:0:1::3ff",
        "0.0.1.0/24, 254, 16, 0.0.1.1, 0.0.1.254",
    })
    void everyUsableAddressIsHandedOutOnceAndNoOther(
            String range, int usable, int band, String first, String last) {
        long seed = Seeds.next();
        AddressAllocator allocator = allocator(range, seed);
        assertThat(allocator.capacity()).isEqualTo(BigInteger.valueOf(usable));
        assertThat(allocator.staticBand()).isEqualTo(band);
        Set<Addr> seen = new HashSet<>();
        Addr lastOfBand = allocator.range().at(band);
        for (int i = 0; i < usable; i++) {
            Addr addr =
                    allocator
                            .allocate()
                            .orElseThrow(() -> new AssertionError("full too early, seed " + seed));
            assertThat(seen.add(addr)).as("%s twice, seed %d", addr, seed).isTrue();
            assertThat(addr.compareTo(lastOfBand) <= 0)
                    .as(
                            "%s: the static band is used only when the rest is full, seed %d",
                            addr, seed)
                    .isEqualTo(i >= usable - band);
        }
        assertThat(allocator.allocate()).isEmpty();
        assertThat(seen)
                .contains(Addr.parse(first), Addr.parse(last))
                .allMatch(allocator::isUsable);
        seen.forEach(addr -> assertThat(allocator.release(addr)).isTrue());
        assertThat(allocator.used()).isZero();
        assertThat(allocator.release(Addr.parse(first)))
                .as("a second release is harmless")
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/31", "10.0.0.0/32", "fd00::/128"})
    void aRangeWithoutUsableAddressIsFullFromTheStart(String range) {
        AddressAllocator allocator = allocator(range, 1);
        assertThat(allocator.capacity()).isZero();
        assertThat(allocator.allocate()).isEmpty();
        assertThat(allocator.isUsable(allocator.range().first())).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "fd00::/64",
        "fd00::/108",
        "fd00:1:2:3:4::/80",
        "ffff:ffff:ffff:ffff::/64",
        "::/64",
        "10.0.0.0/8"
    })
    void hugeRangesStayInsideThemselvesAndNeverRepeat(String range) {
        long seed = Seeds.next();
        AddressAllocator allocator = allocator(range, seed);
        Set<Addr> seen = new HashSet<>();
        for (int i = 0; i < 5_000; i++) {
            Addr addr = allocator.allocate().orElseThrow();
            assertThat(seen.add(addr)).as("%s twice, seed %d", addr, seed).isTrue();
            assertThat(allocator.range().contains(addr)).as("%s, seed %d", addr, seed).isTrue();
            assertThat(addr).isNotEqualTo(allocator.range().first());
        }
        assertThat(allocator.used()).isEqualTo(BigInteger.valueOf(5_000));
    }

    @ParameterizedTest
    @CsvSource({"fd00::/63, /64", "::/0, /64", "fc00::/24, /64"})
    void moreThan64BitsOfAddressesAreRefusedWithTheRemedy(String range, String remedy) {
        assertThatThrownBy(() -> allocator(range, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(range, "2^64", remedy);
    }

    /** Offsets 2^63 - 1, 2^63 and 2^64 - 1. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "fd00::7fff:ffff:ffff:ffff",
                "fd00::8000:0:0:0",
                "fd00::ffff:ffff:ffff:ffff",
                "fd00::1"
            })
    void offsetsUseAll64Bits(String text) {
        AddressAllocator allocator = allocator("fd00::/64", 1);
        Addr addr = Addr.parse(text);
        assertThat(allocator.isUsable(addr)).isTrue();
        assertThat(allocator.occupy(addr)).isTrue();
        assertThat(allocator.occupy(addr)).isFalse();
        assertThat(allocator.isTaken(addr)).isTrue();
        assertThat(allocator.used()).isEqualTo(1);
        assertThat(allocator.release(addr)).isTrue();
        assertThat(allocator.used()).isZero();
        assertThat(allocator.capacity())
                .isEqualTo(BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE));
    }

    /** An IPv4-mapped address is no IPv6 address; this range has as many of them as of others. */
    @Test
    void mappedAddressesAreNeverHandedOut() {
        long seed = Seeds.next();
        AddressAllocator allocator = allocator("::fffe:0:0/95", seed);
        assertThat(allocator.capacity())
                .isEqualTo(BigInteger.ONE.shiftLeft(32).subtract(BigInteger.ONE));
        for (int i = 0; i < 1_000; i++) {
            assertThat(allocator.allocate().orElseThrow().low() >>> 32)
                    .as("seed %d", seed)
                    .isEqualTo(0xfffe);
        }
        assertThat(allocator.used()).isEqualTo(1_000);
        allocator.clear();
        assertThat(allocator.used()).isZero();
    }

    @Test
    void explicitRequestsAreHonouredOnceAndOnlyInsideTheRange() {
        AddressAllocator allocator = allocator("10.0.0.0/24", 1);
        assertThat(allocator.occupy(Addr.parse("10.0.0.10"))).isTrue();
        assertThat(allocator.occupy(Addr.parse("10.0.0.10"))).isFalse();
        assertThat(allocator.isTaken(Addr.parse("10.0.0.10"))).isTrue();
        assertThat(allocator.occupy(Addr.parse("10.0.0.0"))).as("network address").isFalse();
        assertThat(allocator.occupy(Addr.parse("10.0.0.255"))).as("broadcast address").isFalse();
        assertThat(allocator.occupy(Addr.parse("10.0.1.1"))).isFalse();
        assertThat(allocator.occupy(Addr.parse("fd00::1"))).as("the other family").isFalse();
        assertThat(allocator.used()).isEqualTo(BigInteger.ONE);
    }

    /**
     * Chi-squared over 16 cells of an empty /112; 15 degrees of freedom exceed 70 once in 10^8
     * runs.
     */
    @Test
    void choicesAreUniform() {
        long seed = Seeds.next();
        AddressAllocator allocator = allocator("fd00::/112", seed);
        int[] cells = new int[16];
        int draws = 16_000;
        for (int i = 0; i < draws; i++) {
            long offset = allocator.choose(Set.of()).orElseThrow().low() & 0xffff;
            cells[(int) ((offset - 257) * 16 / (65_536 - 257))]++;
        }
        double expected = draws / 16.0;
        double chiSquared = 0;
        for (int cell : cells) {
            chiSquared += (cell - expected) * (cell - expected) / expected;
        }
        assertThat(chiSquared).as("seed %d", seed).isLessThan(70);
    }

    /** Random takes and releases against a plain set of taken offsets. */
    @Test
    void agreesWithAModelUnderChurn() {
        long seed = Seeds.next();
        SplittableRandom random = new SplittableRandom(seed);
        AddressAllocator allocator =
                new AddressAllocator(Prefix.parse("0:0:0:ffff::/121"), random.split());
        Set<Addr> model = new HashSet<>();
        for (int step = 0; step < 20_000; step++) {
            Addr addr = allocator.range().at(random.nextInt(128));
            switch (random.nextInt(3)) {
                case 0 -> {
                    Optional<Addr> got = allocator.allocate();
                    assertThat(got.isPresent()).as("seed %d", seed).isEqualTo(model.size() < 127);
                    got.ifPresent(g -> assertThat(model.add(g)).as("seed %d", seed).isTrue());
                }
                case 1 -> {
                    boolean free = !addr.equals(allocator.range().first()) && !model.contains(addr);
                    assertThat(allocator.occupy(addr)).as("seed %d", seed).isEqualTo(free);
                    if (free) {
                        model.add(addr);
                    }
                }
                default ->
                        assertThat(allocator.release(addr))
                                .as("seed %d", seed)
                                .isEqualTo(model.remove(addr));
            }
            assertThat(allocator.used().intValueExact())
                    .as("seed %d", seed)
                    .isEqualTo(model.size());
        }
    }
}
